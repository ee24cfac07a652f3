struct Pool {
  int64_t input[3], output[3], kernel[3], stride[3], padding[3], dilation[3];
};

__global__ void pooling_kernel(const float* x, float* y, Pool s, int64_t n, bool average, bool padded) {
  int64_t index = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (index >= n) return;
  int64_t at[3], rest = index;
  for (int d = 2; d >= 0; --d) { at[d] = rest % s.output[d]; rest /= s.output[d]; }
  float found = average ? 0.0f : -INFINITY;
  int64_t inside = 0;
  for (int64_t i = 0; i < s.kernel[0]; ++i)
    for (int64_t j = 0; j < s.kernel[1]; ++j)
      for (int64_t k = 0; k < s.kernel[2]; ++k) {
        int64_t p0 = at[0] * s.stride[0] - s.padding[0] + i * s.dilation[0];
        int64_t p1 = at[1] * s.stride[1] - s.padding[1] + j * s.dilation[1];
        int64_t p2 = at[2] * s.stride[2] - s.padding[2] + k * s.dilation[2];
        if (p0 < 0 || p0 >= s.input[0] || p1 < 0 || p1 >= s.input[1] || p2 < 0 || p2 >= s.input[2]) continue;
        float v = x[((rest * s.input[0] + p0) * s.input[1] + p1) * s.input[2] + p2];
        if (average) found += v;
        else if (v > found || v != v) found = v;
        ++inside;
      }
  if (average) found /= padded ? s.kernel[0] * s.kernel[1] * s.kernel[2] : inside;
  y[index] = found;
}

torch::Tensor pooling(torch::Tensor input, std::vector<int64_t> kernel, std::vector<int64_t> stride,
                      std::vector<int64_t> padding, std::vector<int64_t> dilation, bool average, bool padded) {
  auto x = floats(input);
  int64_t spatial = kernel.size(), lead = 3 - spatial;
  Pool s;
  std::vector<int64_t> shape;
  for (int64_t d = 0; d < x.dim() - spatial; ++d) shape.push_back(x.size(d));
  for (int64_t d = 0; d < 3; ++d) {
    int64_t own = d - lead;
    s.input[d] = s.output[d] = s.kernel[d] = s.stride[d] = s.dilation[d] = 1;
    s.padding[d] = 0;
    if (own < 0) continue;
    s.input[d] = x.size(x.dim() - spatial + own); s.kernel[d] = kernel[own]; s.stride[d] = stride[own];
    s.padding[d] = padding[own]; s.dilation[d] = dilation[own];
    s.output[d] = (s.input[d] + 2 * s.padding[d] - s.dilation[d] * (s.kernel[d] - 1) - 1) / s.stride[d] + 1;
    shape.push_back(s.output[d]);
  }
  auto out = torch::empty(shape, x.options());
  int64_t n = out.numel();
  pooling_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), s, n, average, padded);
  return out;
}

// Windows that share the input out among a given number of results; they may overlap.
__global__ void adaptive_kernel(const float* x, float* y, Pool s, int64_t n, bool average) {
  int64_t index = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (index >= n) return;
  int64_t first[3], last[3], rest = index;
  for (int d = 2; d >= 0; --d) {
    int64_t at = rest % s.output[d];
    rest /= s.output[d];
    first[d] = at * s.input[d] / s.output[d];
    last[d] = ((at + 1) * s.input[d] + s.output[d] - 1) / s.output[d];
  }
  double sum = 0.0;
  float most = -INFINITY;
  for (int64_t i = first[0]; i < last[0]; ++i)
    for (int64_t j = first[1]; j < last[1]; ++j)
      for (int64_t k = first[2]; k < last[2]; ++k) {
        float v = x[((rest * s.input[0] + i) * s.input[1] + j) * s.input[2] + k];
        sum += v;
        if (v > most || v != v) most = v;
      }
  int64_t count = (last[0] - first[0]) * (last[1] - first[1]) * (last[2] - first[2]);
  y[index] = average ? (float)(sum / count) : most;
}

// `sizes` of the results; one that is not positive stays as it is.
torch::Tensor adaptive(torch::Tensor input, std::vector<int64_t> sizes, bool average) {
  auto x = floats(input);
  int64_t spatial = sizes.size(), lead = 3 - spatial;
  Pool s;
  std::vector<int64_t> shape;
  for (int64_t d = 0; d < x.dim() - spatial; ++d) shape.push_back(x.size(d));
  for (int64_t d = 0; d < 3; ++d) {
    int64_t own = d - lead;
    s.input[d] = s.output[d] = 1;
    if (own < 0) continue;
    s.input[d] = x.size(x.dim() - spatial + own);
    s.output[d] = sizes[own] > 0 ? sizes[own] : s.input[d];
    shape.push_back(s.output[d]);
  }
  auto out = torch::empty(shape, x.options());
  int64_t n = out.numel();
  adaptive_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), s, n, average);
  return out;
}
