"""The sentences that may stand beside a structure, as patterns; see `vocabulary` for the notation.

They ask for the module, name its parts, or repeat what the structure says. What a slot holds is
checked against the structure before a sentence counts as understood.
"""

from __future__ import annotations

from gatewright.agents.symbolic.vocabulary import compiled

# Beside every structure.
PLAIN = tuple(
    map(
        compiled,
        (
            r"(?:<ask> )?<thing>",
            r"(?:<ask> )?<thing>,? (?:then|and) implement it",
            r"given <thing>,? implement <thing>",
            r"given <thing>,? give <thing>",
            r"<det> (?:module|circuit) (?:is|should be) (?:purely )?(?:combinational|sequential)",
            r"(?:you should )?<verb>(?: only| just)? in (?:verilog|systemverilog)"
            r"(?: (?:with|using) (?:assign|always|case) (?:statements?|blocks?))?",
            r"<det> (?:module|circuit) (?:is combinational and )?implements",
            r"(?:<verb> the )?module(?: (?:named|called) \w+| <module>)",
            r"module name(?: is|:)? <module>",
            r"endmodule",
            r"(?:note: )?all (?:input and output )?ports are one bit(?: wide)?"
            r"(?: unless (?:otherwise (?:specified|stated)|a width is given))?",
            # What remains of a formula, a list or the headings of a map.
            r"(?:the )?(?:boolean )?(?:functions?|equations?|expressions?)(?: is| are)?",
            r"(?:the )?outputs?(?: is| are)?(?: given by| defined by| as follows)?",
            r"(?:(?:the )?output )?<output>(?: is)?(?: given by| defined by| as follows)?",
            r"(?:the )?rows are (?:labelled )?(?:by )?(?:and )?(?:the )?columns(?: are)?(?: by)?",
            # … and of a list in words, `generates a 1 when 3 or 5 appears`.
            r"the(?: in this system)?",
            r"(?:<ask> )?<thing> (?:that )?generates an?, and an?",
            r"<thing> is given by <thing>",
            # Don't-cares.
            r"(?:note (?:that )?)?(?:an? )?<care>(?:, which means you may choose to output whatever"
            r" value is convenient)?",
            r"(?:an |the )?entr(?:y|ies) (?:of|marked) (?:d|x|-|'d'|'x'|'-') (?:is|are) (?:an? )?"
            r"don'?t[- ]cares?",
            # Outputs and bits.
            r"the output is <output>",
            r"(?:<ask> )?<thing>,? where <msb> is the (?:msb|most significant(?: bit)?)",
            r"<msb> is the (?:msb|most significant(?: bit)?)",
            r"<lsb> is the (?:lsb|least significant(?: bit)?)",
            # Style.
            r"find the minim(?:al|um) (?:sum[- ]of[- ]products|product[- ]of[- ]sums)(?: form)?"
            r" and implement it",
            r"determine the output <output> in minim(?:um|al) sum-of-products form, and the output"
            r" <output> in minim(?:um|al) product-of-sums form",
            r"you may use any implementation you like",
            r"do not use (?:an? )?(?:case|always|if|assign) (?:statements?|blocks?)",
            r"(?:only write|write only) the (?:verilog )?(?:module|code)",
            r"write complete verilog code that represents this (?:fsm|module|circuit)",
            r"implement (?:this|these|the) (?:functions?|table|map|circuit|state machine"
            r"|fsm)(?: in verilog)?",
            r"read (?:the )?(?:simulation )?waveforms?(?: to determine what the circuit does)?,?"
            r" (?:then|and) implement it",
            r"read what it does from this (?:simulation )?waveform",
            r"(?:your|the) circuit has <amounts>",
            # Port descriptions.
            r"<port>: (?:the )?(?:one-bit |\d+-bit )?(?:serial |data )?(?:input|output)"
            r"(?: (?:signal|bit))?",
            r"<port>: (?:the )?(?:current|present|next)[- ]state",
        ),
    )
)
EXAMPLES = (
    compiled(r"for example, <example> corresponds to <ports> being set to <bitlist>, respectively"),
)
# Beside a drawn or tabled machine.
MACHINES = tuple(
    map(
        compiled,
        (
            r"entries are next state/output",
            r"(?:inputs?|labels?) on the arrows? (?:is|are) <run>",
            r"the (?:label|value) in parentheses is <output>",
            r"use (?:separate|two|three) always blocks(?: for <blocks>)?",
            r"describe the (?:fsm )?output(?:, which is called <output>,| <output>)? using"
            r" (?:either )?<means>(?: or <means>)?(?: \(at your discretion\))?",
            r"assign any state codes that you wish to use",
        ),
    )
)
# Codes of the states.
CODES = tuple(
    map(
        compiled,
        (
            r"use the (?:following )?(?:one-?hot )?state (?:encoding|codes?): ?<codings>",
            r"use the (?:following )?(?:one-?hot )?state (?:encoding|codes?) <codings>",
            r"(?:for this part, )?assume that an? <hot> with the state assignment <range> ?= ?"
            r"<codelist>(?: for states <names>, respectively)?",
            r"(?:the fsm should be implemented|assume that you want to implement the fsm) using"
            r" <number> flip-flops and state codes (?:<range>|[a-z]|<port>) ?= ?<codelist> for"
            r" states <names>, respectively",
            r"suppose this state machine uses one-hot encoding, where <port> through <port>"
            r" correspond to the states <state> through <state>, respectively",
            r"derive <derived> by inspection assuming (?:an? |the |the above )?one-hot encoding",
            r"derive <derived> by inspection assuming the following one-hot encoding is used:"
            r" \(<names>\) ?= ?\(<codelist>",
            r"(?:, )?<codelist>\)",
            r"(?:<verb> )?(?:in verilog )?using (?:an? )?one-hot encoding",
        ),
    )
)
# Beside a machine whose state comes in on a port.
LOGIC = tuple(
    map(
        compiled,
        (
            r"(?:<ask>|write verilog implementing) (?:the )?state transition logic and output logic"
            r"(?: portions)?(?: of (?:the|this)(?: moore| mealy)? state machine)?"
            r"(?: \(but not the state flip-flops\))?",
            r"implement (?:just|only) the next-state logic for <port>(?: in verilog)?",
            r"given the current state \(<port>\), compute the <port> and output \(<port>\) based on"
            r" the state transition table",
            r"write code that generates the following signals",
            r"<output> -- output logic",
            r"\d+-bit one-hot current state",
        ),
    )
)
# Beside a sequential waveform.
TRACES = tuple(
    map(
        compiled,
        (
            r"the circuit (?:has|contains|consists of) combinational logic and one"
            r" (?:bit of memory|flip-flop)(?: \(i\.e\., one flip-flop\))?",
            r"the (?:output|state|value) of the flip-flop (?:is|has been made)"
            r" (?:observable|visible|available) (?:on|at|through) (?:the )?output <output>",
        ),
    )
)
