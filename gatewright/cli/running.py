"""The command line as a process: it ends in one message and a documented exit status."""

from __future__ import annotations

import contextlib
import os
import sys

from gatewright.cli import quick
from gatewright.cli.console import say
from gatewright.cli.exits import ExitCode
from gatewright.cli.stop import Stop
from gatewright.cli.terminal import short, tolerant_streams
from gatewright.cli.variables import TRACE_VARIABLE


def main() -> None:
    """Run the command line; every failure ends in one message and a documented exit status."""
    from gatewright.core import GatewrightError

    tolerant_streams()
    with Stop() as stop:
        try:
            _run()
        except GatewrightError as error:
            _fail(str(error))
        except KeyboardInterrupt:
            _fail(stop.word, stop.status)
        except BrokenPipeError:
            _fail("", ExitCode.UNREAD)
        except OSError as error:
            _fail(_explain(error))
        except RecursionError:
            _fail("the input is nested too deeply to be processed")
        except MemoryError:
            _fail("there is not enough memory (free some, or lower --jobs)")
        except Exception as error:
            _fail(_fault(error))


def _run() -> None:
    """The verb, whose own way of ending must not hide an interrupt or a reader that left."""
    try:
        if quick.run(sys.argv[1:]):
            raise SystemExit(ExitCode.OK)
        from gatewright.cli.app import app

        app()
    except SystemExit as ended:
        if isinstance(ended.__context__, BrokenPipeError):
            raise ended.__context__ from None
        if ended.code == ExitCode.INTERRUPTED:
            raise KeyboardInterrupt from None
        try:
            sys.stdout.flush()
        except BrokenPipeError:
            _unread()
        raise


def _fail(message: str, code: ExitCode = ExitCode.ERROR) -> None:
    if message:
        say(f"gatewright: {message}")
    if code is ExitCode.UNREAD:
        _unread()
    raise SystemExit(code) from None


def _fault(error: Exception) -> str:
    """A fault of ours: never an exit status that could be taken for a verdict."""
    import traceback

    if os.environ.get(TRACE_VARIABLE):
        return "".join(traceback.format_exception(error))
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{os.path.basename(last.filename)}:{last.lineno}"  # noqa: PTH119 (only a string)
    return (
        f"internal error at {place}: {type(error).__name__}: {short(str(error))} "
        f"(please report it with what {TRACE_VARIABLE}=1 shows)"
    )


def _unread() -> None:
    """The reader of our output is gone (`| head`): nothing is left to say, at exit neither."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _explain(error: OSError) -> str:
    import errno

    place = f"{short(str(error.filename))}: " if error.filename else ""
    hint = {
        errno.ENOSPC: " (free some space and run the same command again)",
        errno.EDQUOT: " (free some space and run the same command again)",
        errno.EACCES: " (choose a place you may write to)",
        errno.EPERM: " (choose a place you may write to)",
        errno.EROFS: " (choose a place you may write to)",
        errno.EMFILE: " (raise the limit on open files: ulimit -n 4096; or lower --jobs)",
        errno.ENAMETOOLONG: " (shorten the name)",
    }.get(error.errno or 0, "")
    reason = (error.strerror or str(error) or type(error).__name__).lower()
    return f"{place}{reason}{hint}"
