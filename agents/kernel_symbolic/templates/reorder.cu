__global__ void flip_kernel(const float* x, float* out, int64_t length, int64_t inner, int64_t n) {
  int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (i >= n) return;
  int64_t in_row = (i / inner) % length;
  out[i] = x[i + (length - 1 - 2 * in_row) * inner];
}

torch::Tensor flip(torch::Tensor input, int64_t dim) {
  auto x = floats(input);
  dim = positive(x, dim);
  Around a = around(x, dim, dim);
  auto out = torch::empty_like(x);
  int64_t n = x.numel();
  flip_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), a.length, a.inner, n);
  return out;
}

__global__ void triangle_kernel(const float* x, float* out, int64_t rows, int64_t columns, int64_t n,
                                int64_t diagonal, bool lower) {
  int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (i >= n) return;
  int64_t column = i % columns, row = (i / columns) % rows;
  bool kept = lower ? column - row <= diagonal : column - row >= diagonal;
  out[i] = kept ? x[i] : 0.0f;
}

torch::Tensor triangle(torch::Tensor input, int64_t diagonal, bool lower) {
  auto x = floats(input);
  auto out = torch::empty_like(x);
  int64_t n = x.numel();
  triangle_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), x.size(-2),
                                               x.size(-1), n, diagonal, lower);
  return out;
}

__global__ void place_kernel(const float* x, float* out, int64_t length, int64_t whole, int64_t offset,
                             int64_t inner, int64_t n) {
  int64_t i = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (i >= n) return;
  int64_t run = length * inner;
  out[i / run * whole * inner + offset * inner + i % run] = x[i];
}

torch::Tensor concatenate(std::vector<torch::Tensor> tensors, int64_t dim) {
  dim = positive(tensors[0], dim);
  auto shape = tensors[0].sizes().vec();
  shape[dim] = 0;
  for (auto& t : tensors) {
    TORCH_CHECK(t.dim() == (int64_t)shape.size(), "the tensors have other dimensions");
    for (int64_t d = 0; d < t.dim(); ++d)
      TORCH_CHECK(d == dim || t.size(d) == shape[d], "the shapes do not fit");
    shape[dim] += t.size(dim);
  }
  auto out = torch::empty(shape, tensors[0].options());
  int64_t offset = 0;
  for (auto& t : tensors) {
    auto x = floats(t);
    Around a = around(x, dim, dim);
    int64_t n = x.numel();
    if (n)
      place_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), a.length,
                                                shape[dim], offset, a.inner, n);
    offset += a.length;
  }
  return out;
}
