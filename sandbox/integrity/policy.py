"""What a candidate may say: everything about hardware, nothing about the simulation around it."""

from __future__ import annotations

from dataclasses import dataclass

from gatewright.sandbox.integrity.lexer import words

PURE = words(
    """
    $signed $unsigned $clog2 $bits $size $high $low $left $right $increment $dimensions
    $unpacked_dimensions $countones $countbits $onehot $onehot0 $isunknown $isunbounded
    $typename $rtoi $itor $realtobits $bitstoreal $shortrealtobits $bitstoshortreal $cast
    $pow $sqrt $ln $log10 $exp $floor $ceil $abs $min $max $sin $cos $tan $asin $acos $atan
    $atan2 $sinh $cosh $tanh $asinh $acosh $atanh $hypot $past $rose $fell $stable $changed
    $sampled $sformatf $sformat $swrite $psprintf
    """
)
PRINTS = words(
    """
    $display $displayb $displayh $displayo $write $writeb $writeh $writeo $strobe $strobeb
    $strobeh $strobeo $info $warning $error $fatal
    """
)
CLOCKS = frozenset({"$time", "$stime", "$realtime"})
# These give a value back and keep nothing of it.
CONVERTS = words(
    """
    $signed $unsigned $rtoi $itor $sformatf $psprintf $floor $ceil
    """
)
LOADS = frozenset({"$readmemh", "$readmemb"})

_RANDOM = "draws from the random stream the testbench's stimulus uses"
_ENDS = "ends or stops the simulation"
_FILES = "reaches files"
_PROBES = "looks at or changes the simulation around the design"
REASONS = {
    "$finish": _ENDS,
    "$stop": _ENDS,
    "$exit": _ENDS,
    "$random": _RANDOM,
    "$urandom": _RANDOM,
    "$urandom_range": _RANDOM,
    "$fopen": _FILES,
    "$fclose": _FILES,
    "$fwrite": _FILES,
    "$fdisplay": _FILES,
    "$fscanf": _FILES,
    "$fread": _FILES,
    "$fgets": _FILES,
    "$writememh": _FILES,
    "$writememb": _FILES,
    "$dumpfile": _FILES,
    "$dumpvars": _FILES,
    "$system": "runs programs",
    "$root": "reaches out of the design",
    "$unit": "reaches out of the design",
    "$time": "lets the design act by simulation time",
    "$stime": "lets the design act by simulation time",
    "$realtime": "lets the design act by simulation time",
}
OTHERWISE = _PROBES

KEYWORDS = {
    "force": "forces a signal",
    "release": "releases a forced signal",
    "bind": "puts code into another module",
    "final": "acts at the end of the simulation (only prints may stand there)",
    "program": "is a testbench's block",
    "endprogram": "is a testbench's block",
    "config": "rebinds instances",
    "library": "rebinds instances",
    "include": "reads files",
    "checker": "is a testbench's block",
    "specify": "holds timing checks, which act on the design by time",
    "alias": "joins nets in both directions",
    "extern": "refers to code outside the design",
}
FOREIGN = frozenset({"import", "export"})
DIRECTIVES = {
    "`pragma": "may hide code from the check",
    "`begin_keywords": "changes the language under the check",
}


@dataclass(frozen=True, slots=True)
class GatePolicy:
    """What may vary: `delays` allows designs to take time (`#5 q = d;`), as models may.

    Where a golden design is known and takes none, a candidate that does can only replay stimulus.
    """

    delays: bool = True
