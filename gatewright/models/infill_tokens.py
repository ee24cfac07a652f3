"""How models that fill holes are told where the hole is: each family has words of its own."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TAUGHT_TO_TALK = re.compile(r"instruct|chat|-it\b|_it\b")


@dataclass(frozen=True, slots=True)
class InfillTokens:
    """A family's words. The hole stands where the text after `middle` begins.

    `ends` are words after which nothing belongs to the hole any more. `file` begins another file
    of the repository, and `repository` names it; both are '' where the family has no such words.
    """

    family: str
    before: str
    after: str
    middle: str
    ends: tuple[str, ...]
    after_first: bool = False
    repository: str = ""
    file: str = ""

    def prompt(self, before: str, after: str) -> str:
        """The text whose continuation fills the hole between two texts."""
        if self.after_first:
            return f"{self.after}{after}{self.before}{before}{self.middle}"
        return f"{self.before}{before}{self.after}{after}{self.middle}"


_QWEN = InfillTokens(
    "Qwen2.5-Coder",
    "<|fim_prefix|>",
    "<|fim_suffix|>",
    "<|fim_middle|>",
    ("<|endoftext|>", "<|fim_pad|>", "<|file_sep|>", "<|repo_name|>", "<|im_end|>"),
    repository="<|repo_name|>",
    file="<|file_sep|>",
)
_STARCODER = InfillTokens(
    "StarCoder2",
    "<fim_prefix>",
    "<fim_suffix>",
    "<fim_middle>",
    ("<|endoftext|>", "<file_sep>", "<repo_name>"),
    repository="<repo_name>",
    file="<file_sep>",
)
_DEEPSEEK = InfillTokens(
    "DeepSeek-Coder",
    "<｜fim▁begin｜>",
    "<｜fim▁hole｜>",
    "<｜fim▁end｜>",
    ("<｜end▁of▁sentence｜>",),
)
_CODELLAMA = InfillTokens("CodeLlama", "<PRE> ", " <SUF>", " <MID>", ("<EOT>", " <EOT>"))
_CODESTRAL = InfillTokens("Codestral", "[PREFIX]", "[SUFFIX]", "", ("</s>",), after_first=True)

_BY_NAME = (
    (re.compile(r"qwen[\d.]*-?coder|codeqwen"), _QWEN),
    (re.compile(r"starcoder-?2|starcoder"), _STARCODER),
    (re.compile(r"deepseek-?coder"), _DEEPSEEK),
    (re.compile(r"code-?llama"), _CODELLAMA),
    (re.compile(r"codestral"), _CODESTRAL),
)
FAMILIES = tuple(tokens for _, tokens in _BY_NAME)


def infill_tokens(model: str) -> InfillTokens | None:
    """The words of a model by its name; None where the name tells no family that is known."""
    name = model.lower().replace("_", "-")
    return next((tokens for pattern, tokens in _BY_NAME if pattern.search(name)), None)


def fills_holes(model: str) -> bool:
    """Whether a model is better asked to fill a hole than talked to, going by its name."""
    return infill_tokens(model) is not None and not _TAUGHT_TO_TALK.search(model.lower())
