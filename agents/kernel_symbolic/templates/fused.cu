// Shapes after broadcasting, and each operand's strides in them.
template <int N>
struct Operands {
  const void* data[N];
  int kind[N];  // 0 float, 1 int64, 2 bool
  int64_t stride[N][kDims];
  int64_t size[kDims];
  int dims;
};

struct Scalars {
  double value[kDims];
};

static Scalars held(const std::vector<double>& scalars) {
  Scalars found;
  TORCH_CHECK(scalars.size() <= kDims, "too many scalars");
  for (size_t i = 0; i < scalars.size(); ++i) found.value[i] = scalars[i];
  return found;
}

template <int N>
__device__ void offsets(const Operands<N>& from, int64_t index, int64_t (&at)[N]) {
  for (int i = 0; i < N; ++i) at[i] = 0;
  for (int d = from.dims - 1; d >= 0; --d) {
    int64_t place = index % from.size[d];
    index /= from.size[d];
    for (int i = 0; i < N; ++i) at[i] += place * from.stride[i][d];
  }
}

__device__ inline float fetched(const void* data, int kind, int64_t at) {
  if (kind == 1) return (float)((const int64_t*)data)[at];
  if (kind == 2) return ((const bool*)data)[at] ? 1.0f : 0.0f;
  return ((const float*)data)[at];
}

template <int N>
static Operands<N> broadcast(const std::vector<torch::Tensor>& tensors, std::vector<int64_t>& shape) {
  Operands<N> found;
  int64_t dims = 0;
  for (auto& t : tensors) dims = std::max<int64_t>(dims, t.dim());
  TORCH_CHECK(dims <= kDims, "too many dimensions");
  shape.assign(dims, 1);
  for (auto& t : tensors)
    for (int64_t d = 0; d < t.dim(); ++d) {
      int64_t place = dims - t.dim() + d;
      if (t.size(d) != 1) {
        TORCH_CHECK(shape[place] == 1 || shape[place] == t.size(d), "shapes do not fit");
        shape[place] = t.size(d);
      }
    }
  found.dims = (int)dims;
  for (int64_t d = 0; d < dims; ++d) found.size[d] = shape[d];
  for (int i = 0; i < N; ++i) {
    const auto& t = tensors[i];
    found.data[i] = t.data_ptr();
    found.kind[i] = t.scalar_type() == torch::kLong ? 1 : t.scalar_type() == torch::kBool ? 2 : 0;
    TORCH_CHECK(found.kind[i] || t.scalar_type() == torch::kFloat32, "this kernel takes float32");
    for (int64_t d = 0; d < dims; ++d) {
      int64_t own = d - (dims - t.dim());
      found.stride[i][d] = own >= 0 && t.size(own) != 1 ? t.stride(own) : 0;
    }
  }
  return found;
}
