"""What a model says, held against the verdicts of its turn."""

from __future__ import annotations

from gatewright.agents.chat.events import Unverified

from .conftest import Open, only, said
from .scripted import call

SIMULATED = call("verify", design=["good.sv"], testbench=["testbench.sv"])
PROVED = call("equivalence", design=["good.sv"], reference=["good.sv"])
SENTENCE = "It is verified and formally proven correct."


def test_a_simulation_backs_no_claim_of_a_proof(opened: Open) -> None:
    chat = opened(SIMULATED, SENTENCE, PROVED, SIMULATED, SENTENCE, SIMULATED, "It is verified.")
    marked = [(mark.claim, mark.why) for mark in only(said(chat, "is it right?"), Unverified)]
    assert marked == [(SENTENCE, "the tool's verdict in this turn is no proof")]
    assert not only(said(chat, "prove it"), Unverified)
    assert not only(said(chat, "simulate it"), Unverified)
