__global__ void scan_kernel(const float* x, float* out, int64_t length, int64_t inner, int64_t rows,
                            bool product) {
  int64_t row = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (row >= rows) return;
  int64_t start = (row / inner) * length * inner + row % inner;
  float so_far = product ? 1.0f : 0.0f;
  for (int64_t i = 0; i < length; ++i) {
    float v = x[start + i * inner];
    so_far = product ? so_far * v : so_far + v;
    out[start + i * inner] = so_far;
  }
}

torch::Tensor scan(torch::Tensor input, int64_t dim, bool product) {
  auto x = floats(input);
  dim = positive(x, dim);
  Around a = around(x, dim, dim);
  auto out = torch::empty_like(x);
  int64_t rows = a.outer * a.inner;
  scan_kernel<<<blocks_for(rows), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), a.length,
                                              a.inner, rows, product);
  return out;
}
