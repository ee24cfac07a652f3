"""What `doctor` finds: every tool, its version, whether the main job needs it."""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, replace
from importlib import metadata

from gatewright.core import GatewrightError

# What the three uses stand on, and what each is for.
PACKAGES = {
    "pyslang": "reads SystemVerilog",
    "pywellen": "reads waveforms",
    "cocotb": "runs Python testbenches",
    "pyverilog": "dataflow of small modules",
    "langchain": "the model layer",
    "openai": "the model layer",
    "chromadb": "vector search",
    "networkx": "graphs",
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: is it here, does the main job need it, what to do where it is missing."""

    name: str
    ok: bool
    detail: str
    needed: bool = False
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Checkup:
    """All findings."""

    lines: tuple[Finding, ...]

    @property
    def ready(self) -> bool:
        """The main job (write and verify Verilog) can run."""
        return all(line.ok for line in self.lines if line.needed)

    def document(self) -> dict[str, object]:
        """As JSON."""
        return {"ready": self.ready, "findings": [asdict(line) for line in self.lines]}


def checkup(model: str | None = None, base_url: str | None = None) -> Checkup:
    """Look at everything once; nothing is installed and no model is asked anything."""
    lines = [_python(), *_icarus(), *_isolation()]
    lines += [_package(name, use) for name, use in PACKAGES.items()]
    lines += [_verilator(), *_cuda(), _chisel()]
    lines.append(_model(model, base_url))
    return Checkup(tuple(lines))


def _python() -> Finding:
    return Finding("Python", True, sys.version.split()[0], needed=True)


def _icarus() -> list[Finding]:
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.icarus import open_icarus

    try:
        icarus = open_icarus(open_isolation())
    except GatewrightError as error:
        return [Finding("Icarus Verilog", False, error.what, needed=True, hint=error.hint)]
    return [Finding("Icarus Verilog", True, icarus.version, needed=True)]


def _verilator() -> Finding:
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.verilator import open_verilator

    use = "long simulations, SystemVerilog testbenches, coverage"
    try:
        found = open_verilator(open_isolation())
    except GatewrightError as error:
        return Finding("Verilator", False, use, hint=error.hint)
    return Finding("Verilator", True, f"{found.version}, g++ {found.compiler_version}  {use}")


def _cuda() -> list[Finding]:
    """What CUDA kernels need. Nothing is imported: torch alone would take seconds."""
    from gatewright.sandbox.isolation import open_isolation
    from gatewright.sandbox.tools.gpu import find_gpus
    from gatewright.sandbox.tools.nvcc import HINT, open_nvcc

    lines = []
    for name, use in (("torch", "runs CUDA kernels' problems"), ("triton", "Triton kernels")):
        found = _package(name, use)
        lines.append(replace(found, hint=found.hint and HINT))
    use = "registers, spills, occupancy of CUDA kernels"
    try:
        nvcc = open_nvcc(open_isolation())
        detail = f"{nvcc.version}, g++ {nvcc.compiler_version}  {use}"
        lines.append(Finding("nvcc", True, detail))
    except GatewrightError as error:
        lines.append(Finding("nvcc", False, use, hint=error.hint))
    try:
        gpus = find_gpus(open_isolation())
    except GatewrightError as error:
        return [*lines, Finding("GPU", False, error.what, hint=error.hint)]
    described = ", ".join(f"{gpu.name} ({gpu.architecture})" for gpu in gpus)
    return [*lines, Finding("GPU", True, f"{described}, driver {gpus[0].driver}")]


def _chisel() -> Finding:
    from gatewright.sandbox.chisel.toolchain import open_toolchain

    try:
        found = open_toolchain()
    except GatewrightError as error:
        return Finding("Chisel", False, error.what, hint=error.hint)
    versions = ", ".join(f"{name} {version}" for name, version in found.versions.items())
    return Finding("Chisel", True, versions)


def _isolation() -> list[Finding]:
    from gatewright.sandbox.isolation import probe

    found = probe()
    lines = [
        Finding(
            f"isolation {offer.level}",
            offer.available,
            "in use" if offer.level is found.chosen else offer.reason or "available",
            hint=offer.hint,
        )
        for offer in found.offers
    ]
    detail = f"{found.kernel}, uid {found.uid}, landlock ABI {found.landlock_abi}"
    return [*lines, Finding("kernel", True, detail)]


def _package(name: str, use: str) -> Finding:
    try:
        return Finding(name, True, f"{metadata.version(name)}  {use}", needed=name == "pyslang")
    except metadata.PackageNotFoundError:
        return Finding(name, False, use, hint=f"pip install {name}", needed=name == "pyslang")


def _model(model: str | None, base_url: str | None) -> Finding:
    from gatewright.cli.options import settings_from
    from gatewright.models.select import resolve

    try:
        choice = resolve(settings_from(model=model, base_url=base_url))
    except GatewrightError as error:
        return Finding("model", False, error.what, needed=True, hint=error.hint)
    return Finding("model", True, f"{choice.name}: {choice.why}")
