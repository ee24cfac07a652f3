from __future__ import annotations

import gc
import importlib.util

import pytest

pytestmark = pytest.mark.skipif(
    importlib.util.find_spec("torch") is None, reason="needs torch: `make cuda`"
)


def test_the_most_that_is_alive_at_once() -> None:
    import torch

    from gatewright.sandbox.kernel.inside.footprint import Footprint, bytes_of

    gc.disable()
    beside = [0]
    try:
        with Footprint(lambda: beside[0]) as seen, torch.device("meta"):
            first = torch.empty(1000)
            assert seen.most == 4000
            view = first.view(10, 100)[2:4]
            assert seen.most == 4000
            second = first.relu()
            del second
            third = first.relu_()
            assert seen.most == 8000
            del first, third
            beside[0] = 50
            torch.empty(999)
            assert seen.most == 8000 + 46
            del view
            torch.empty(500)
            assert seen.most == 8046
    finally:
        gc.enable()
    assert seen.largest == 1000
    assert bytes_of([torch.empty(3, dtype=torch.half, device="meta"), 7]) == 6
