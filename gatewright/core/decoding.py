"""Bytes of a file as text, or what is wrong with them."""

from __future__ import annotations

from gatewright.core.errors import DataError

# A hand-written HDL file is kilobytes; what is larger than this was named by mistake.
LARGEST_BYTES = 16 * 1024 * 1024


def decoded(data: bytes, where: str) -> str:
    """A file's text; `where` names it in messages.

    Raises DataError for bytes that are binary, not UTF-8, or more than LARGEST_BYTES.
    """
    if len(data) > LARGEST_BYTES:
        raise DataError(f"is larger than {LARGEST_BYTES >> 20} MiB", where=where)
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DataError(
            "is UTF-16 text", where=where, hint="convert it: iconv -f utf-16 -t utf-8 FILE"
        )
    if b"\0" in data:
        raise DataError("is a binary file", where=where, hint="a text file is needed here")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DataError(
            f"is not UTF-8 text (byte 0x{data[error.start]:02x} in line {line})",
            where=where,
            hint="convert it, for instance: iconv -f latin1 -t utf-8 FILE",
        ) from None
