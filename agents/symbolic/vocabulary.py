"""The words that `prose` goes by: carriers of behaviour, and closed vocabularies of topics."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that may carry behaviour.
CUES = _words(
    """
    accumulate accumulates accumulator active-low add added adder additionally adds after
    always anded automatically bitwise bug buggy bugs but capture captured captures cascaded
    changed combined complement complemented complements connected count counter counters
    counts cycle cycles datapath debounced decrement decremented decrements delay delayed
    delays disable disabled disables double drive driven earlier enable enabled enables
    error errors except exception extend extended extra fed feeds fifo fix flip-flop
    flip-flops flipflop flipflops force forced gated held hi-z high-impedance hold holds
    however if ignore ignored ignores incorrect incorrectly increment incremented increments
    instance instances instantiate instead inverse invert inverted inverting inverts lag
    lags latch latched latches later mask masked masks memory missing modified multiply
    negate negated negates negative never not once only opposite ored otherwise overridden
    override overrides parity pipeline pipelined preceding previous priority pulse pulses
    rather really register registered registers replace replaced reverse reversed sample
    sampled samples second shift shifted shifts special store stored stores submodule
    submodules subtract subtracts sum sums swap swapped synchronised synchronized third tie
    tied timeout toggle toggles transpose transposed treat treated tri-state tristate twice
    unless until when whenever while wrong xored
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
    1'b0 1'b1 active active-high active-low after as assert asserted asserts async
    asynchronous asynchronously back become becomes been begin begins being called clk clock
    deasserted driven edge edge-triggered enter entered enters following forced has if
    immediately independent independently initial initialised initialize initialized
    initializes initially not of pin port posedge positive power-on power-up pulled put puts
    regardless reset resetn resets resetting return returns rising rst set sets start
    starting starts sync synchronous synchronously then triggered up upon when whenever
    while
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
    don't don't-care don't-cares dont-care entries entry indicates input mark marked marks may
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
# Words that describe a notation, or ask for a module, without changing what it does.
INERT = _words(
    """
    automata automaton boolean
    about above accordingly active actual additional adjacent advance advances all allowed
    along also among annotated another answer approach arc arcs array arrow arrows assert
    asserted asserts assigned assignment assignments assuming asynchronous available axes
    axis based basic before behave behaves behavior behaviour being below beside between
    block board bottom boundaries boundary box boxes bracketed brackets branch build builds
    but bytes called capturing cases cell cells cellular center centre characteristic chip
    choose circle circles clearly clock code coded codes column columns combination
    combinations combinatorial comma compact complete completely component compute computes
    connect connected consists contains convenient correct correctly correspond corresponds
    course create current d dash dashes data defined defines definition denote denoted
    denotes depends depicted derive described description design designed details detector
    detects determine diagrams digital digits discretion displayed does don't dont drawn e
    edge edges eight element elements enclosed encoding entire entries entry equation
    equations equivalent exactly exam example excitation exercise expected expression
    expressions few figure fill filled final find flip-flop flow follow form format four
    fpga functionality functions g gate gates general generate generates get goal going good
    graph graphically gray hardware hdl head heading headings here high homework hot how i
    identify implementing implements implied implies imply important including independent
    index indicate indicated indicates indicating infer inferred initial inside inspection
    interesting interface item jk just k-map k-maps keep key keyboard keys keyword kind kmap
    lab label labeled labelled labels language last lecture left-hand letter letters like
    line lines list listed listing lists literal load loaded logic look lookup low made make
    many mapping mark marked match matched matches marks matching material may mean means memory
    mentioned minimal minimum more multiple multiplexer multiplexers mux my named names
    necessary need needed needs neighbor neighbors neighbour neighbours next next-state node
    nodes none notation note notes number numbers observable off old one-dimensional ones
    only operation other output-logic pair pairs parentheses parenthesis part parts pattern
    patterns per perform performs physical please port portion ports position positions
    positive possible presented pressed problem produce produces product products program
    project properties provide provided purpose qold question read reading reads realise
    realised realises realize realized realizes received recogniser recognizer recognizes
    refer referred register registers related requested require required requirement
    requirements reset resets respective respectively response result results return right
    right-hand rising rule rules same satisfies schematic section see selection selector
    separated sequence set several shall show showing shows side sides simple simplified
    simulation simulator single slash so solution some source specification specified
    specifies sr standard state-transition statement statements step still style sub such
    suggest sum summarised summarized sums supplied suppose symbol symbols synchronous
    synthesizable system table tables tabular tabulated taken takes target task team text
    textbook then think though through time times title tool tools top truth truth-table
    turing-complete type types unused up upper user usual variable variables various vector
    via visible want waveform waveforms way ways well what whatever whether wide wire wires
    wish word words work works writing written x xor yields zeros
    """
)
# A sentence with one of these speaks of the structure.
SUBJECTS = _words(
    """
    arrow arrows cell cells circuit clock column columns design diagram edge edges entries entry fsm
    function input inputs label labels logic machine map module output outputs register result
    results row rows signal signals state states table transition transitions truth value values
    variable variables waveform waveforms zero one bit bits
    """
)
