from __future__ import annotations

from gatewright.sandbox.kernel.knobs import knobs, numbers_in_answer, with_values

PROBLEM = """import torch
batch_size, channels = 128, 64
kernel_size = 7
dim = 1
shape = (512, 1024)  # é 99

def get_inputs():
    return [torch.rand(batch_size, channels, 256), torch.randn(4, 4)]
"""


def test_sizes_are_found_and_parameters_kept() -> None:
    found = {knob.value for knob in knobs(PROBLEM)}
    assert found == {128, 64, 512, 1024, 256}


def test_what_is_made_of_numbers_alone_is_one_number() -> None:
    text = "N = 16 * 1024\nM = N * 64\nshape = (2 * 8 + 1, 32)"
    found = knobs(text)
    assert sorted(knob.value for knob in found) == [17, 32, 64, 16384]
    changed = with_values(text, {knob: knob.value + 1 for knob in found})
    assert changed == "N = 16385\nM = N * 65\nshape = (18, 33)"


def test_other_numbers_are_put_in_their_places_and_nothing_else_is_touched() -> None:
    wanted = {knob: knob.value // 2 for knob in knobs(PROBLEM)}
    changed = with_values(PROBLEM, wanted)
    assert "batch_size, channels = 64, 32" in changed
    assert "shape = (256, 512)  # é 99" in changed
    back = with_values(changed, {knob: knob.value * 2 for knob in knobs(changed)})
    assert back == PROBLEM


def test_an_answers_own_numbers_leave_out_comments_and_copied_constants() -> None:
    answer = (
        'batch_size = 128\nSOURCE = """\n// 4096 rows\nint n = 512; /* 77 */ float f = 2.0f;"""\n'
        "class ModelNew:\n    def f(self):\n        return 333\n"
    )
    assert numbers_in_answer(answer) == {512, 333}
