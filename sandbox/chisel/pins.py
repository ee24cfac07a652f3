"""The versions of Chisel that are used, and what their files must hash to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib import resources

CHISEL = "7.14.0"
SCALA = "2.13.16"  # the compiler plugin is built for exactly one
FIRTOOL = "1.155.0"  # what `chisel3.BuildInfo` of that Chisel names
FIRTOOL_JAR_SHA256 = "d1d60cbb4916b0c88bd21d5dfc32c724b1bbe3612accbb9317f858dc9b556311"
PLUGIN = f"chisel-plugin_{SCALA}-{CHISEL}.jar"
# (system, machine) as `platform` names them -> the folder in firtool's jar.
PLATFORMS = {
    ("Linux", "x86_64"): "linux-x64",
    ("Darwin", "x86_64"): "macos-x64",
    ("Darwin", "arm64"): "macos-aarch64",
}
COORDINATES = (
    ("org.chipsalliance", "chisel_2.13", CHISEL),
    ("org.chipsalliance", f"chisel-plugin_{SCALA}", CHISEL),
    ("org.scala-lang", "scala-compiler", SCALA),
)
FIRTOOL_COORDINATES = (("org.chipsalliance", "llvm-firtool", FIRTOOL),)


@dataclass(frozen=True, slots=True)
class Jar:
    """One file of the lock."""

    name: str
    size: int
    sha256: str


@cache
def jars() -> tuple[Jar, ...]:
    """Every jar on the class path, in its order."""
    text = (resources.files("gatewright.sandbox.chisel") / "jars.lock").read_text()
    rows = (line.split() for line in text.splitlines() if line)
    return tuple(Jar(name, int(size), sha256) for sha256, size, name in rows)


@cache
def scala_sources() -> tuple[tuple[str, str], ...]:
    """Our own Scala files: (name, text)."""
    folder = resources.files("gatewright.sandbox.chisel") / "inside"
    found = [(f.name, f.read_text()) for f in folder.iterdir() if f.name.endswith(".scala")]
    return tuple(sorted(found))
