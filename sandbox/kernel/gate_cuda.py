"""Reads an answer's C++ before it is compiled: what a kernel and its launcher never need.

Host code runs in a confined process of its own and could reach nothing of the verdict's; what tries
to is refused by name.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from gatewright.core import Diagnostic, Severity

TOOL = "gate"
_COMMENT = re.compile(r"//[^\n]*|/\*.*?\*/", re.DOTALL)
_TEXT = re.compile(r'"(?:\\.|[^"\\\n])*"')
_WORD = re.compile(r"[A-Za-z_]\w*")
# A word in which a line is continued.
_SPLICE = re.compile(r"\w*(?:\\[ \t]*\n\w+)+")
_CODE = re.compile(r"#\s*include|__global__|torch::|at::|\)\s*\{")
_REFUSED = {
    "files": """fopen freopen fdopen open openat creat ofstream ifstream fstream unlink remove
        rename mkdir opendir readdir filesystem mmap munmap mprotect shm_open memfd_create read
        write pread pwrite""",
    "processes": """fork vfork clone execl execlp execle execv execvp execve system popen kill
        raise tgkill ptrace waitpid wait4 prctl syscall setrlimit _exit _Exit quick_exit exit abort
        atexit getppid getpid daemon""",
    "libraries": "dlopen dlsym dladdr dl_iterate_phdr dlclose",
    "threads": "pthread_create thread jthread async sem_open",
    "sockets": "socket socketpair connect bind listen accept",
    "signals": "signal sigaction setjmp longjmp alarm setitimer ucontext getcontext",
    "the environment": "getenv setenv putenv environ",
    "Python": """PyRun_String PyRun_SimpleString PyImport_ImportModule PyImport_Import
        PyObject_SetAttrString PyEval_EvalCode PyGILState_Ensure exec eval eval_file module_
        gil_scoped_release""",
    "streams of its own": "cudaStreamCreate cudaStreamCreateWithFlags cudaStreamCreateWithPriority",
    "timing": "cudaEventElapsedTime",
    "memory that others wrote": "from_blob",
}
_BY_WORD = {word: what for what, words in _REFUSED.items() for word in words.split()}
# Of these, only calls count: they are common names of variables and members, too.
_ONLY_CALLS = frozenset(
    """
    open read write remove rename clone kill raise exit abort system connect bind listen accept
    signal alarm eval exec wait4 socket async thread creat
    """.split()  # noqa: SIM905
)
_QUALIFIED = re.compile(r"(?:\.|->)\s*$")
_NAMESPACES = re.compile(r"(?<![\w.>])(?:std\s*::|::)\s*$")
_OURS = re.compile(
    r"gw_\w*|gatewright\w*|__(?:tsan|sanitizer|wrap)_\w*|(?:__)?no_(?:sanitize|instrument)\w*",
    re.IGNORECASE,
)
_PLACES = re.compile(r"/proc/|/dev/|\.\./")


def gate_cuda(text: str, name: str) -> tuple[Diagnostic, ...]:
    """What is refused in the C++ of an answer: a whole file, or the strings of a Python one."""
    found = []
    for code, line in _parts(text, name):
        found += [
            Diagnostic(Severity.ERROR, why, name, line + at, code="unsafe", tool=TOOL)
            for why, at in _reasons(code)
        ]
    return tuple(found)


def _parts(text: str, name: str) -> Iterator[tuple[str, int]]:
    """Each piece of C++, and the line before its first."""
    if not name.endswith(".py"):
        yield text, 0
        return
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError):
        return
    for node in ast.walk(tree):
        if not isinstance(node, ast.Constant) or not isinstance(node.value, str):
            continue
        if _CODE.search(node.value):
            yield node.value, node.lineno - 1


def _reasons(code: str) -> Iterator[tuple[str, int]]:
    # The compiler joins lines first; a blank keeps what follows on its line.
    code = _SPLICE.sub(_joined, code)
    blank = _COMMENT.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code)
    for match in _TEXT.finditer(blank):
        if _PLACES.search(match[0]):
            yield f"the path {match[0][:60]}", _line(blank, match.start())
    bare = _TEXT.sub(lambda match: " " * len(match[0]), blank)
    for match in _WORD.finditer(bare):
        word = match[0]
        if _OURS.fullmatch(word):
            yield f"the name {word}, which belongs to the emulator", _line(bare, match.start())
        elif word in _BY_WORD and not _harmless(bare, match, word):
            yield f"{word}: {_BY_WORD[word]}", _line(bare, match.start())
        elif word == "constructor" and "__attribute__" in bare:
            yield "code that runs when it is loaded", _line(bare, match.start())


def _joined(match: re.Match[str]) -> str:
    """A word that goes on in the next line, whole, with as many lines after it."""
    pieces = re.split(r"\\[ \t]*\n", match[0])
    return "".join(pieces) + "\n" * (len(pieces) - 1)


def _harmless(bare: str, match: re.Match[str], word: str) -> bool:
    before = bare[max(0, match.start() - 12) : match.start()]
    if (
        bare[max(0, match.start() - 60) : match.start()]
        .rpartition("\n")[2]
        .lstrip()
        .startswith("#")
    ):
        return True
    if _QUALIFIED.search(before):
        return True
    if word not in _ONLY_CALLS:
        return False
    called = bare[match.end() :].lstrip().startswith("(")
    if word in ("thread", "async"):
        return _NAMESPACES.search(before) is None
    return not called


def _line(text: str, at: int) -> int:
    return text.count("\n", 0, at) + 1
