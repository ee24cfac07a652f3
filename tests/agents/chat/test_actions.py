from __future__ import annotations

import pytest

from gatewright.agents.chat.actions import ACTIONS, Action, action_named
from gatewright.core import UsageError


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.name)
def test_every_action_has_words_that_name_what_was_given(action: Action) -> None:
    values = {p.name: (p.choices or (f"the-{p.name}",))[0] for p in action.parameters}
    text = action.prompt(values)
    assert all(value in text for value in values.values())
    needed = {p.name: values[p.name] for p in action.parameters if p.required}
    assert action.prompt(needed)


def test_names_are_told_apart() -> None:
    assert len({action.name for action in ACTIONS}) == len(ACTIONS)
    assert action_named("fix").usage == "/fix DESIGN CHECK"
    assert action_named("bug").usage == "/bug WAVEFORM DESIGN [SIGNAL]"


def test_what_is_missing_or_unknown_is_said() -> None:
    with pytest.raises(UsageError, match=r"/fix: wants the testbench's.*/fix DESIGN CHECK"):
        action_named("fix").prompt({"design": "a.sv", "check": " "})
    with pytest.raises(UsageError, match="takes no 'testbench'"):
        action_named("fix").checked({"testbench": "t.sv"})
    with pytest.raises(UsageError, match="language is one of: chisel, verilog"):
        action_named("port").prompt({"design": "a.sv", "language": "vhdl"})
    with pytest.raises(UsageError, match="there is: explain, comment"):
        action_named("sing")
