from __future__ import annotations

import pytest

from gatewright.core import SandboxUnavailable, Severity, Source, ToolMissing, UsageError
from gatewright.core.source import Language
from gatewright.sandbox.isolation import Ending, Isolation, Level, Limits, open_isolation
from gatewright.sandbox.tools.nvcc import Nvcc, open_nvcc
from gatewright.sandbox.tools.nvcc_kernels import Compiled, Kernel, compile_kernels
from gatewright.sandbox.tools.ptx import Sort, SourceLine


@pytest.fixture(scope="module")
def isolation() -> Isolation:
    return open_isolation()


@pytest.fixture(scope="module")
def nvcc(isolation: Isolation) -> Nvcc:
    try:
        return open_nvcc(isolation)
    except ToolMissing as error:
        pytest.skip(str(error))


@pytest.fixture
def compiled(nvcc: Nvcc, isolation: Isolation):  # type: ignore[no-untyped-def]
    def run(text: str, architecture: str = "sm_90", *flags: str) -> Compiled:
        source = Source("kernel.cu", text, Language.CUDA)
        return compile_kernels([source], nvcc, isolation, architecture, flags)

    return run


def only(found: Compiled) -> Kernel:
    assert found.ok, found.log
    (kernel,) = found.kernels
    return kernel


def test_what_a_kernel_uses(compiled) -> None:  # type: ignore[no-untyped-def]
    kernel = only(
        compiled(
            """\
template <typename T, int N>
__global__ void __launch_bounds__(256, 2) total(const T* in, T* out) {
    __shared__ T part[N];
    part[threadIdx.x] = in[threadIdx.x];
    __syncthreads();
    out[threadIdx.x] = part[N - 1 - threadIdx.x];
}
void start(float* a) { total<float, 256><<<1, 256>>>(a, a); }
"""
        )
    )
    assert (kernel.name, kernel.base) == ("total<float, 256>", "total")
    assert kernel.place == SourceLine("kernel.cu", 2)
    assert (kernel.static_shared, kernel.barriers, kernel.spill_stores) == (1024, 1, 0)
    assert 4 <= kernel.registers <= 32
    assert (kernel.max_threads, kernel.entry.min_blocks) == (256, 2)
    assert kernel.doubles == 0


def test_sources_with_torchs_headers(compiled) -> None:  # type: ignore[no-untyped-def]
    found = compiled(
        """\
#include <torch/extension.h>
#include <ATen/cuda/CUDAContext.h>
#include <ATen/cuda/Atomic.cuh>
#include <c10/cuda/CUDAGuard.h>
template <typename T>
__global__ void rows(const torch::PackedTensorAccessor32<T, 2, torch::RestrictPtrTraits> in,
                     torch::PackedTensorAccessor32<T, 1> out) {
    at::acc_type<T, true> sum = 0;
    for (int j = threadIdx.x; j < in.size(1); j += blockDim.x) sum += in[blockIdx.x][j];
    gpuAtomicAdd(&out[blockIdx.x], static_cast<T>(sum));
}
torch::Tensor sums(torch::Tensor x, c10::optional<torch::Tensor> bias) {
    TORCH_CHECK(x.is_cuda() && x.dim() == 2, "a matrix on the GPU, not ", x.sizes());
    const at::cuda::OptionalCUDAGuard guard(device_of(x));
    auto out = torch::zeros({x.size(0)}, x.options().dtype(x.dtype()));
    AT_DISPATCH_FLOATING_TYPES_AND2(at::kHalf, at::kBFloat16, x.scalar_type(), "sums", [&] {
        rows<scalar_t><<<x.size(0), 128, 0, at::cuda::getCurrentCUDAStream()>>>(
            x.packed_accessor32<scalar_t, 2, torch::RestrictPtrTraits>(),
            out.packed_accessor32<scalar_t, 1>());
    });
    C10_CUDA_KERNEL_LAUNCH_CHECK();
    auto y = torch::conv2d(x, x, bias, {1, 1}, 1).mean({0, 1}, true);
    auto [most, where] = torch::max(y, 1);
    return bias.has_value() ? out + bias.value() : 1.0 * out + most;
}
PYBIND11_MODULE(TORCH_EXTENSION_NAME, m) { m.def("sums", &sums, "sums of rows", py::arg("x")); }
"""
    )
    assert found.ok, found.log
    names = {kernel.name for kernel in found.kernels}
    assert names == {f"rows<{t}>" for t in ("double", "float", "c10::Half", "c10::BFloat16")}
    assert {kernel.place.line for kernel in found.kernels} == {6}
    doubles = {kernel.name: kernel.doubles > 0 for kernel in found.kernels}
    assert doubles["rows<double>"]
    assert not doubles["rows<float>"]


def test_costly_lines_are_found(compiled) -> None:  # type: ignore[no-untyped-def]
    kernel = only(
        compiled(
            """\
__global__ void costly(float* x, int n) {
    float kept[9];
    for (int i = 0; i < 9; ++i) kept[i] = x[i];
    x[0] = kept[n % 9];
    x[1] = x[2] * 0.1;
    x[3] = x[4] / x[5];
    x[6] = x[7] / (n / x[8]);
    float4 wide = reinterpret_cast<float4*>(x)[3];
    x[9] = wide.x + wide.w;
}
"""
        )
    )
    at = {sort: [place.line for place in kernel.entry.where(sort)] for sort in Sort}
    assert 4 in at[Sort.LOCAL]
    assert at[Sort.DOUBLE] == [5]
    assert set(at[Sort.DIVIDE]) == {6, 7}
    assert at[Sort.WIDE_GLOBAL] == [8]


def test_errors_have_the_users_lines(compiled) -> None:  # type: ignore[no-untyped-def]
    pointless = "    unsigned n = 3; if (n >= 0) a[1] = 2;\n"
    found = compiled(f"__global__ void k(float* a) {{\n{pointless}    a[0] = wrong;\n}}\n")
    assert not found.ok
    (error,) = found.errors
    assert (error.file, error.line) == ("kernel.cu", 3)
    assert error.message == 'identifier "wrong" is undefined'
    assert [(d.line, d.code) for d in found.diagnostics if d.severity is Severity.WARNING] == [
        (2, "186-D")
    ]


def test_errors_in_assembly_have_the_users_lines(compiled) -> None:  # type: ignore[no-untyped-def]
    found = compiled('__global__ void k(int* a) {\n\n    asm("no.such %0;" ::"r"(a[0]));\n}\n')
    assert not found.ok
    assert {(d.file, d.line, d.tool) for d in found.errors} == {("kernel.cu", 3, "ptxas")}


def test_too_much_shared_memory(compiled) -> None:  # type: ignore[no-untyped-def]
    text = """\

__global__ void large(float* a) {
    __shared__ float all[20000];
    all[threadIdx.x] = a[0];
    __syncthreads();
    a[1] = all[2 * threadIdx.x];
}
"""
    found = compiled(text)
    (error,) = found.errors
    assert (error.file, error.line) == ("kernel.cu", 2)
    assert "large" in error.message
    assert "too much shared data" in error.message


def test_a_missing_header_is_named(compiled) -> None:  # type: ignore[no-untyped-def]
    found = compiled("#include <cutlass/cutlass.h>\n__global__ void k() {}\n")
    (missing,) = found.missing_headers
    assert "cutlass/cutlass.h" in missing.message
    assert missing.line == 1
    assert not found.ok


def test_half_operators_must_be_asked_for_as_in_torchs_builds(compiled) -> None:  # type: ignore[no-untyped-def]
    text = "#include <cuda_fp16.h>\n__global__ void k(__half* a) { a[0] = a[1] + a[2]; }\n"
    assert not compiled(text).ok
    assert compiled(text, "sm_80", "-U__CUDA_NO_HALF_OPERATORS__").ok


def test_flags_change_the_code_or_are_reported(compiled) -> None:  # type: ignore[no-untyped-def]
    text = "__global__ void k(float* a) { a[0] = a[1] / a[2]; }\n"
    exact, fast = compiled(text), compiled(text, "sm_80", "--use_fast_math", "-I/etc")
    assert only(exact).entry.count(Sort.DIVIDE) == 1
    assert only(fast).entry.count(Sort.DIVIDE) == 0
    assert fast.dropped == ("-I/etc",)
    assert fast.architecture == "sm_80"


def test_files_of_the_machine_cannot_be_read(compiled) -> None:  # type: ignore[no-untyped-def]
    found = compiled('#include "/etc/passwd"\n__global__ void k() {}\n')
    assert not found.ok
    assert "root:" not in found.log


def test_a_source_without_kernels(compiled) -> None:  # type: ignore[no-untyped-def]
    found = compiled("void nothing() {}\n")
    assert found.ok
    assert found.kernels == ()


def test_a_long_compilation_is_a_limit(nvcc: Nvcc, isolation: Isolation) -> None:
    text = "__global__ void k(float* a) { a[0] = 1; }\n"
    limits = Limits(cpu_s=0.1, wall_s=60, memory_mb=4096, address_space_mb=None)
    source = Source("kernel.cu", text, Language.CUDA)
    found = compile_kernels([source], nvcc, isolation, "sm_90", (), limits)
    assert not found.ok
    assert found.ending is Ending.CPU


def test_an_unknown_architecture_is_a_mistake_of_ours(nvcc: Nvcc, isolation: Isolation) -> None:
    with pytest.raises(UsageError, match="sm_70"):
        compile_kernels([Source("kernel.cu", "")], nvcc, isolation, "sm_70")


def test_without_confinement_nothing_is_compiled(nvcc: Nvcc) -> None:
    with pytest.raises(SandboxUnavailable):
        compile_kernels([Source("k.cu", "")], nvcc, open_isolation(Level.RLIMITS), "sm_90")


def test_what_is_never_used_is_worth_no_word(compiled) -> None:  # type: ignore[no-untyped-def]
    spare = "static int spare() { return 1; }\n"
    found = compiled(f"{spare}__global__ void k(int* a) {{ int b; b = 2; *a = 1; }}\n")
    assert found.ok
    assert found.diagnostics == ()
