#include <torch/extension.h>
#include <cuda_runtime.h>
#include <vector>

constexpr int kThreads = 256;
constexpr int kDims = 8;

static torch::Tensor floats(const torch::Tensor& x) {
  TORCH_CHECK(x.scalar_type() == torch::kFloat32, "this kernel takes float32");
  return x.contiguous();
}

static int64_t blocks_for(int64_t n) { return (n + kThreads - 1) / kThreads; }

// A tensor seen as (outer, length, inner) around one dimension, or around a run of dimensions.
struct Around {
  int64_t outer = 1, length = 1, inner = 1;
};

static Around around(const torch::Tensor& x, int64_t first, int64_t last) {
  Around found;
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (d < first) found.outer *= x.size(d);
    else if (d <= last) found.length *= x.size(d);
    else found.inner *= x.size(d);
  }
  return found;
}

static int64_t positive(const torch::Tensor& x, int64_t dim) { return dim < 0 ? dim + x.dim() : dim; }
