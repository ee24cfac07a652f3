from __future__ import annotations

from gatewright.core import Diagnostic, FailureClass, Outcome, Severity, Source, TestResult, Verdict
from gatewright.sandbox.emulator import Unit
from gatewright.sandbox.harness.kernel_lines import Lines, lines_of

CUDA = """
__global__ void twice(float* a) {
    a[0] *= 2;
}
"""
FILE = f'''import torch
DECLARED = "void run();"
SOURCE = r"""{CUDA}"""
'''


def test_a_string_as_it_stands_in_the_file() -> None:
    assert lines_of(FILE, CUDA) == (3, 4, 5, 6)


def test_strings_that_were_joined() -> None:
    head, tail = "#include <cuda.h>\n__device__ int zero();", "__device__ int one();\n\n}"
    text = f'A = """{tail}"""\nB = """{head}"""\n'
    assert lines_of(text, f"{head}\n{tail}") == (4, 5, 1, 2, 3)


def test_lines_that_were_made_up_are_not_found() -> None:
    text = 'S = "void {name}();".format(name="run")\nT = """int first_line_here();\n}\n"""\n'
    assert lines_of(text, "void run();\nint first_line_here();\n}") == (0, 2, 3)
    assert lines_of(text, "} }\n}") == (0, 0)  # a bare brace may be any


def test_remarks_get_the_candidates_own_place() -> None:
    unit = Unit("u", (Source("cuda.cu", CUDA),), (Source("main.cpp", "void run();"),))
    lines = Lines.of(Source("solution.py", FILE), [unit])
    where = [
        Diagnostic(Severity.ERROR, "no", "cuda.cu", 3),
        Diagnostic(Severity.ERROR, "so", "", 9),
    ]
    first, second = lines.placed(where)
    assert (first.file, first.line) == ("solution.py", 5)
    assert second == where[1]
    assert lines.line("main.cpp", 1) == 2
    assert lines.line("elsewhere.h", 1) == 0
    assert lines.line("cuda.cu", 99) == 0


def test_of_two_parts_of_one_name_the_one_that_holds_the_kernel() -> None:
    other = CUDA.replace("twice", "thrice")
    text = f'{FILE}MORE = """{other}"""\n'
    units = [Unit(name, (Source("cuda.cu", part),)) for name, part in (("a", CUDA), ("b", other))]
    lines = Lines.of(Source("solution.py", text), units)
    assert lines.line("cuda.cu", 2, "twice") == 4
    assert lines.line("cuda.cu", 2, "thrice") == 9


def test_of_parts_of_the_same_name_the_one_with_the_kernel_is_meant() -> None:
    first, second = "void one() {\n  a;\n}\n", "void other() {\n  b;\n}\n"
    units = [Unit("u", (Source("cuda.cu", text),)) for text in (first, second)]
    found = Lines.of(Source("s.py", f'A = """{first}"""\nB = """{second}"""\n'), units)
    for kernel, line in (("one", 2), ("other", 6), ("other<4>", 6)):
        told = f"{kernel}: race shared: two threads"
        (placed,) = found.placed([Diagnostic(Severity.ERROR, told, "cuda.cu", 2)])
        assert (placed.file, placed.line) == ("s.py", line)


def test_both_lines_of_a_race_are_the_candidates_own() -> None:
    unit = Unit("u", (Source("cuda.cu", CUDA),))
    told = "twice: race shared: two threads (the other access: line {})"
    event = Diagnostic(Severity.ERROR, told.format(2), "cuda.cu", 3)
    verdict = Verdict(
        Outcome.FAIL,
        FailureClass.MISMATCH,
        diagnostics=(event,),
        tests=(TestResult("checks", Outcome.FAIL, event.message),),
    )
    placed = Lines.of(Source("solution.py", FILE), [unit]).placed_in(verdict)
    assert placed.diagnostics[0].line == 5
    assert placed.diagnostics[0].message == placed.tests[0].message == told.format(4)
