from __future__ import annotations

from pathlib import Path

import pytest

from gatewright.core import Severity, ToolMissing
from gatewright.sandbox.integrity import Place
from gatewright.sandbox.isolation import Command, Limits, open_isolation, scratch
from gatewright.sandbox.tools import icarus
from gatewright.sandbox.tools.icarus import gave_up_parsing, open_icarus, parse_messages


def compiled(text: str) -> str:
    isolation = open_isolation()
    tool = open_icarus(isolation)
    with scratch("test") as folder:
        (folder / "m.sv").write_text(text)
        command = Command(tool.lint(["m.sv"]), folder, mounts=tool.mounts)
        return isolation.run(command, Limits()).output


def test_finds_the_installed_version() -> None:
    assert open_icarus(open_isolation()).major >= icarus.OLDEST


def test_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GATEWRIGHT_IVERILOG", str(tmp_path / "nothing"))
    with pytest.raises(ToolMissing, match="apt-get install -y iverilog"):
        open_icarus(open_isolation())


@pytest.mark.parametrize(
    ("text", "line", "code", "parsing"),
    [
        ("module m;\nassign = 1;\nendmodule", 2, "syntax", True),
        ("module m;\nnothing x();\nendmodule", 2, "unknown-module", False),
        ("module m(output y);\nassign y = gone;\nendmodule", 2, "unbound", False),
        ("module m;\nwire w;\ninitial w = 1;\nendmodule", 3, "l-value", False),
        ("module m; s x(.q(1));\nendmodule\nmodule s; endmodule", 1, "port", False),
    ],
)
def test_understands_the_installed_tool(text: str, line: int, code: str, parsing: bool) -> None:
    output = compiled(text)
    errors = [d for d in parse_messages(output) if d.severity is Severity.ERROR]
    assert (errors[0].file, errors[0].line, errors[0].code) == ("m.sv", line, code)
    assert gave_up_parsing(output) is parsing


def test_joins_continuations_and_maps_places() -> None:
    text = (
        "d.sv:4: error: x is not a valid l-value in m.\n"
        "d.sv:2:      : x is declared here as wire.\n"
        "d.sv:4: error: x is not a valid l-value in m.\n"
        "d.sv:9: warning: Port 1 (a) of s expects 4 bits, got 1.\n"
        "t.sv:3: sorry: break statements not supported.\n"
        "3 error(s) during elaboration.\n"
    )
    found = parse_messages(text, lambda file, line: Place("mine.v", line + 100))
    assert [(d.severity.value, d.file, d.line, d.code) for d in found] == [
        ("error", "mine.v", 104, "l-value"),
        ("warning", "mine.v", 109, "width"),
        ("error", "mine.v", 103, ""),
    ]
    assert found[0].message == "x is not a valid l-value in m.; x is declared here as wire."


def test_reads_messages_without_a_place_and_with_columns() -> None:
    found = parse_messages(
        "vvp.tgt error: (implicit) uwire must have a single driver\na.v:3.7: error: x"
    )
    assert [(d.line, d.code) for d in found] == [(0, "drivers"), (3, "")]


def test_says_plainly_what_the_tool_cannot_do() -> None:
    text = "module m; reg clk, a; assert property (@(posedge clk) a);\nendmodule"
    (found,) = parse_messages(compiled(text))
    assert "no concurrent assertions" in found.message


def test_reads_what_the_code_generator_says_of_a_place() -> None:
    text = 'a.v:7: vvp.tgt error: uwire "y" must have a single driver, found (2).'
    (found,) = parse_messages(text)
    assert (found.file, found.line, found.code) == ("a.v", 7, "drivers")
