"""The words that `prose` goes by: carriers of behaviour, and closed vocabularies of topics."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that may carry behaviour.
CUES = _words(
    """
    accumulate accumulates accumulator active-low add added adder additionally adds after
    always anded bitwise bug buggy bugs but capture captured captures cascaded changed
    combined complemented complements connected count counter counters counts cycle cycles
    datapath debounced decrement decremented decrements delay delayed delays disable
    disabled disables double earlier enable enabled enables error errors except exception
    extend extended fed feeds fifo fix flip-flop flip-flops flipflop flipflops gated held
    hi-z high-impedance hold holds however if ignore ignored ignores incorrect incorrectly
    increment incremented increments instance instances instantiate instead invert inverted
    inverting inverts latch latched latches later mask masked masks memory modified multiply
    negate negated negates never not once only opposite ored otherwise overridden override
    overrides parity pipeline pipelined preceding previous priority rather register
    registered registers replaced reverse reversed sample sampled samples second shift
    shifted shifts special store stored stores submodule submodules subtract subtracts sum
    sums swap swapped synchronised synchronized third toggle toggles tri-state tristate
    twice unless until when whenever while wrong xored
    """
)
# Cues that are at home beside a machine, a waveform or a characteristic table.
STATEFUL = _words(
    """
    connected flip-flop flip-flops flipflop flipflops memory register registers
    """
)
# Words every topic may use.
BASE = _words(
    """
    0 1 a above according all an and any are as assume assumed at be been below bit bits
    both by can case change changes circuit combinational consider corresponding could
    current describe described design determined determines diagram do each eight either
    every finite first five following follows for form four from fsm function given go goes
    has have high how implement implementation implemented implements in include includes
    input inputs into is it its karnaugh logic low machine map mealy module moore must next
    nine ns of on one or output outputs part portion portions present represent represented
    represents respectively s same sequential seven should shown signal signals six so state
    states such system systemverilog table ten that the their them there these this those
    three to transition transitions two use used uses using value values verilog via we
    where which whose will with would you your zero
    """
)
RESET = _words(
    """
    1'b0 1'b1 active active-high active-low as assert asserted asserts async asynchronous
    asynchronously back become becomes been begin begins being called clk clock deasserted
    driven edge edge-triggered enter entered enters forced has if immediately independent
    independently initial initialised initialize initialized initializes initially not of
    pin port posedge positive power-on power-up pulled put puts regardless reset resetn
    resets resetting return returns rising rst set sets start starting starts sync
    synchronous synchronously then triggered up when whenever while
    """
)
CLOCK = _words(
    """
    advance advances clk clock clocked cycle cycles edge edges every falling flip-flop
    flip-flops happen happens negative negedge occur occurs posedge positive register
    registers rising step tick time trigger triggered triggers update updated updates
    """
)
CODES = _words(
    """
    always any assign assigned assignment assignments binary bits by code coded codes
    correspond corresponds derive encode encoded encodes encoding encodings equation
    equations exactly flip-flop flip-flops following hot inspection one-hot onehot only
    register registers represented single stored though three through when wish y Y
    """
)
STYLE = _words(
    """
    always any assign assignment assignments block blocks called case clocked code codes
    coding continuous discretion done flip-flop flip-flops fsm lectures procedural register
    registers separate statement statements style synthesizable wish
    """
)
CARES = _words(
    """
    can care cares cell cells choose combinations conditions convenient d denote denotes
    don't don't-care don't-cares dont-care entries entry indicates input mark marked may
    mean means never not occur occurs otherwise output stand stands treated whatever x
    """
)
DEFAULTS = _words(
    """
    0 cares default defaults don't inputs otherwise outputs specified stated unless zero
    """
)
LOADING = _words(
    """
    active asserted cells clock cycle edge if initial load loaded loading loads on pattern
    positive rising synchronous synchronously when
    """
)
