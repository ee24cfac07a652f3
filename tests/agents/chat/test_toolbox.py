"""What a model is told of calls that cannot be made."""

from __future__ import annotations

from .conftest import Open, end, said
from .scripted import Calls, Script, call


def test_an_object_that_is_wanted_is_told_with_its_fields(opened: Open, script: Script) -> None:
    contract = {"module": "m", "ports": ["input a", "input b"], "clock": "none", "reset": "none"}
    contract |= {"latency": "combinational", "behaviour": "none yet"}
    chat = opened(Calls((("show_contract", contract),)), "I see.")
    assert end(said(chat, "a module m")) == "done"
    told = script.messages()[-1]["content"]
    assert told.count("ports.N: an object is wanted, of name, direction, width") == 1


def test_a_draft_taken_for_a_file_is_told_of(opened: Open, script: Script) -> None:
    kept = call("draft", name="new.sv", text="module new_one; endmodule")
    chat = opened(kept, call("lint", design=["new.sv"]), "I see.")
    assert end(said(chat, "look at it")) == "done"
    assert "no such file (it is a draft: draft:new.sv)" in script.messages()[-1]["content"]
