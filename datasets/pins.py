"""Which version of each public benchmark the numbers are about."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Pin:
    """One benchmark's repository at one commit.

    `sha256` is the hash that the benchmark's loader computes over the problem files, so that a
    copy can be checked however it was obtained. `folders` are the parts of the repository needed.
    """

    suite: str
    repository: str
    commit: str
    licence: str
    problems: int
    sha256: str
    folders: tuple[str, ...]

    @property
    def url(self) -> str:
        """Where the archive of that commit is served."""
        return f"https://codeload.github.com/{self.repository}/tar.gz/{self.commit}"

    @property
    def folder(self) -> Path:
        """Where `datasets get` keeps it (suites of one repository share the folder)."""
        from platformdirs import user_data_path

        name = self.repository.split("/")[1]
        return user_data_path("gatewright") / "datasets" / f"{name}-{self.commit[:12]}"


def _verilogeval(suite: str, sha256: str) -> Pin:
    return Pin(
        suite=suite,
        repository="NVlabs/verilog-eval",
        commit="c498220d0a52248f8e3fdffe279075215bde2da6",
        licence="MIT",
        problems=156,
        sha256=sha256,
        folders=("dataset_spec-to-rtl", "dataset_code-complete-iccad2023", "LICENSE"),
    )


_RTLLM = Pin(
    suite="rtllm",
    repository="hkust-zhiyao/RTLLM",
    commit="41b26896e33b536940116a975626455eed3de65e",
    licence="MIT",
    problems=50,
    sha256="5f08e7b30a6aac3f558ea4bc4e0ac3e10ffa19d9d3df53bdc09a4d0fad00de9a",
    folders=("Arithmetic", "Control", "Memory", "Miscellaneous", "LICENSE"),
)


def _chipbench(suite: str, problems: int, sha256: str) -> Pin:
    return Pin(
        suite=suite,
        repository="zhongkaiyu/ChipBench",
        commit="74fe7d283225ae030ef59326a06111c9d372b48e",
        licence="MIT",
        problems=problems,
        sha256=sha256,
        folders=("Verilog Gen", "Verilog Debugging", "LICENSE"),
    )


# The examples are all that the repository itself holds of the benchmark; of them, these two run.
_CVDP = Pin(
    suite="cvdp",
    repository="NVlabs/cvdp_benchmark",
    commit="d54edc9c6d568f37cc58ae5c7e7cd1a6352405d2",
    licence="Apache-2.0",
    problems=2,
    sha256="3f97d1b4483bc29595ca237c336bcdfc87ad4a5bb6fb90602b17ff89afc579de",
    folders=("example_dataset", "LICENSE"),
)

_SPEC_TO_RTL = "d92da59abb7e9819b878dfae8fa3cec385b94c07a747284a1b07e702a918a26e"

_KERNELBENCH = Pin(
    suite="kernelbench",
    repository="ScalingIntelligence/KernelBench",
    commit="423217d9fda91e0c2d67e4a43bf62f96f6d104f1",
    licence="MIT",
    problems=270,
    sha256="793aac14355efb85c048ab93b535cf3ce9c9dadce84131e7bdc4319da060cc0e",
    folders=("KernelBench", "LICENSE"),
)

_ROBUST_KBENCH = Pin(
    suite="robust-kbench",
    repository="SakanaAI/robust-kbench",
    commit="078f5bab29934a822268d59a4e707d449abf9b4e",
    licence="Apache-2.0",
    problems=219,
    sha256="91078028f657ff3e159352c8143067c5df0cb5aa022543b4ad6aa2a7fb2fbbf2",
    folders=("tasks", "LICENSE"),
)


def _multikernelbench(suite: str) -> Pin:
    return Pin(
        suite=suite,
        repository="wzzll123/MultiKernelBench",
        commit="460a972c9be7ce18035984321d38b910e27df95f",
        licence="MIT",
        problems=300,
        sha256="9305dde1d0454126a1ba21298765076799458157dea49fc746e6c24cac06a968",
        folders=("reference", "LICENSE"),
    )


PINS = (
    _verilogeval("verilogeval", _SPEC_TO_RTL),
    _verilogeval("chisel-eval", _SPEC_TO_RTL),
    _verilogeval("chisel-decompile", _SPEC_TO_RTL),
    _verilogeval(
        "verilogeval-complete", "4f3e598f40c5899dc1fee3943e061def5e77ad4204b06579f47e4be24fcebffd"
    ),
    _RTLLM,
    _chipbench("chipbench", 45, "f338de1992d983fb7bac2858cbd7312058abd1733f04b6af4cefe3811410e081"),
    _chipbench(
        "chipbench-debug", 89, "4a6bb3cd4196a015665e38a8cf978888d02d7598fd99f526ad8526b2a9ef1292"
    ),
    _chipbench(
        "chipbench-debug-1shot",
        89,
        "c14a38d5b4d4b73dc201658b830d8f9341aa1b336e5bed7b6f2d7e6004507084",
    ),
    _CVDP,
    _KERNELBENCH,
    _ROBUST_KBENCH,
    _multikernelbench("multikernelbench"),
    _multikernelbench("multikernelbench-triton"),
)


def pin_of(suite: str) -> Pin | None:
    """The pinned version of a suite's data; None for a suite that is bundled."""
    return next((pin for pin in PINS if pin.suite == suite), None)


def folder_of(suite: str) -> Path | None:
    """Where `datasets get` has put a suite's data; None where it has not, or needs none."""
    pin = pin_of(suite)
    return pin.folder if pin is not None and pin.folder.is_dir() else None
