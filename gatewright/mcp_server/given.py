"""What tools of the protocol are given: paths inside the folders, or texts with names."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from gatewright.agents.workbench.given import Given
from gatewright.core import Language, Source, language_of


class FileText(BaseModel):
    """A file that is not on the disk: its name and its text."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(min_length=1, max_length=200, description="a file name, such as adder.sv")
    text: str = Field(description="the whole text")


def _listed(value: object) -> object:
    """One file is as good as a list of one."""
    return [value] if isinstance(value, (str, dict, FileText)) else value


Files = Annotated[
    list[str | FileText],
    BeforeValidator(_listed),
    Field(description="paths inside the open folders, or {name, text}"),
]
Names = Annotated[list[str], BeforeValidator(_listed)]

# Defaults; nobody changes them, and pydantic copies them.
NONE: list[str | FileText] = []
NO_NAMES: list[str] = []


def given(files: list[str | FileText]) -> list[Given]:
    """Files as the workbench takes them."""
    return [
        file
        if isinstance(file, str)
        else Source(file.name, file.text, language_of(file.name) or Language.SYSTEMVERILOG)
        for file in files
    ]
