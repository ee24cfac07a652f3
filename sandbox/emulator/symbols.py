"""What a compiled module takes from outside: functions that no kernel and no launcher needs.

Texts can hide a name (words pasted by macros, names given to the assembler); symbols cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_REFUSED = frozenset(
    """
    fopen fopen64 fdopen freopen open open64 openat creat unlink remove rename mkdir opendir read
    write pread pwrite mmap munmap mprotect shm_open memfd_create fork vfork clone execl execlp
    execle execv execvp execve posix_spawn system popen kill raise tgkill ptrace prctl syscall
    setrlimit _exit _Exit quick_exit dlopen dlsym dlvsym dladdr dl_iterate_phdr pthread_create
    socket socketpair connect bind signal sigaction setitimer alarm getcontext getenv setenv putenv
    """.split()  # noqa: SIM905
)
# Of the emulator's own functions the ones by which it is steered, and Python's.
_STEERING = re.compile(
    r"gw_(?!module_init)\w+|Py(?:Run|Import|Eval|GILState|Sys|Module_GetDict)_?\w*"
    r"|_ZN2gw(?:9launching|3dry|4mode|5order|8launches|12launch_count|6errors|7missing|7refused)E"
    r"|_ZNS\w*(?:basic_filebuf|basic_[io]?fstream|filesystem)\w*|_ZNSt6thread\w*"
)
# What the compiler and the linker call of ours: a module's own would put out the checks.
_CHECKS = re.compile(r"__(?:tsan|sanitizer|wrap)_\w+")
_LINE = re.compile(r"(?:[0-9a-f]+)?\s+(?P<kind>[A-Za-z]) (?P<name>[\w.]+)")


def refused_symbols(table: str) -> Iterator[str]:
    """Those in a module's table of symbols, as nm writes it."""
    for line in table.splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        name, outside = match["name"].partition("@")[0], match["kind"] in "Uw"
        refused = name in _REFUSED or _STEERING.fullmatch(name)
        if refused if outside else _CHECKS.fullmatch(name):
            yield name
