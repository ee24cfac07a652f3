from __future__ import annotations

import time

import pytest

from gatewright.agents.chat.claims import claims, writings


@pytest.mark.parametrize(
    "text",
    [
        "The design is verified.",
        "It is fully verified now",
        "✅ Verified!",
        "**Verified:** the module does what was asked.",
        "All tests pass.",
        "All 600 checks have passed.",
        "It passes every test of the testbench.",
        "The two are formally equivalent.",
        "I have proven it correct.",
        "It was formally proved.",
        "The module has been successfully verified against the testbench.",
        "Verification passed with 0 mismatches.",
        "There are no mismatches.",
        "The counter works correctly.",
        "Simulation shows it behaves perfectly.",
        "It is guaranteed to be correct.",
        "The tests passed.",
        "It is verified, nothing else is needed.",
        "The module is verified and you should be able to use it.",
        "Verified without errors.",
        "The design is verified against fifo_tb.sv, which fills it once.",
        "In rtl/fifo.sv:12 I mended it. Now rtl/fifo.sv is verified.",
        "I could not find a fault, so the design is verified.",
        "The lint fails, but all tests pass.",
        "That is not all: the module is done. It verifies successfully.",
    ],
)
def test_claims_are_found(text: str) -> None:
    assert claims(text)


@pytest.mark.parametrize(
    "text",
    [
        "The design is not verified.",
        "It has not been verified yet.",
        "I will verify it with the testbench.",
        "Let me check whether it passes all tests.",
        "Is it verified?",
        "Unless it is verified, do not use it.",
        "It should pass all tests.",
        "Once verified, I write the file.",
        "No tool has proved that they are equivalent.",
        "The verdict is a fail: 148 of 600 checks fail.",
        "I cannot say that the two are equivalent.",
        "Verify it first.",
        "The FIFO passes data through.",
        "An unverified draft is kept.",
        "```\n// verified by simulation, all tests pass\nmodule m; endmodule\n```",
        "",
    ],
)
def test_other_sentences_are_none(text: str) -> None:
    assert claims(text) == ()


def test_a_claim_is_its_sentence_and_only_that() -> None:
    text = "I changed line 3. The design is verified. Line 4 is as it was."
    assert claims(text) == ("The design is verified.",)


def test_long_texts_take_time_in_proportion() -> None:
    start = time.process_time()
    claims("is verified and " * 20_000)
    claims("a" * 300_000)
    claims("```" + "x\n" * 100_000)
    claims("all " * 100_000)
    assert time.process_time() - start < 20


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Written to `counter.sv`.", "counter.sv"),
        ("I have it saved as rtl/fifo.v", "rtl/fifo.v"),
        ("Saved to `maj3.sv`. See the diff.", "maj3.sv"),
        ("I wrote rtl/fifo.sv:12 anew.", "rtl/fifo.sv"),
        ("It has been written to **gates/nand2.sv**!", "gates/nand2.sv"),
        ("It will be written to counter.sv.", ""),
        ("Once you approve it, it is written to counter.sv.", ""),
        ("Nothing was written to counter.sv.", ""),
        ("Was it written to counter.sv?", ""),
        ("The design is written in SystemVerilog.", ""),
        ("The draft can be saved to counter.sv.", ""),
        ("```\nwritten to counter.sv\n```", ""),
    ],
)
def test_files_that_are_said_to_be_written_are_found(text: str, path: str) -> None:
    assert [each.path for each in writings(text)] == ([path] if path else [])
