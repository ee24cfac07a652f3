struct Window {
  int64_t input[3], output[3], kernel[3], stride[3], padding[3], dilation[3];
  int64_t batch, in, out, groups;
};

// One thread for each output element; one and two dimensions are three with sizes of one.
__global__ void convolution_kernel(const float* x, const float* w, const float* bias, float* y, Window s,
                                   int64_t n) {
  int64_t index = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (index >= n) return;
  int64_t at[3], rest = index;
  for (int d = 2; d >= 0; --d) { at[d] = rest % s.output[d]; rest /= s.output[d]; }
  int64_t channel = rest % s.out, image = rest / s.out;
  int64_t per_group = s.in / s.groups, first = channel / (s.out / s.groups) * per_group;
  float sum = bias ? bias[channel] : 0.0f;
  for (int64_t c = 0; c < per_group; ++c)
    for (int64_t i = 0; i < s.kernel[0]; ++i)
      for (int64_t j = 0; j < s.kernel[1]; ++j)
        for (int64_t k = 0; k < s.kernel[2]; ++k) {
          int64_t p0 = at[0] * s.stride[0] - s.padding[0] + i * s.dilation[0];
          int64_t p1 = at[1] * s.stride[1] - s.padding[1] + j * s.dilation[1];
          int64_t p2 = at[2] * s.stride[2] - s.padding[2] + k * s.dilation[2];
          if (p0 < 0 || p0 >= s.input[0] || p1 < 0 || p1 >= s.input[1] || p2 < 0 || p2 >= s.input[2]) continue;
          int64_t from = (((image * s.in + first + c) * s.input[0] + p0) * s.input[1] + p1) * s.input[2] + p2;
          int64_t weight = (((channel * per_group + c) * s.kernel[0] + i) * s.kernel[1] + j) * s.kernel[2] + k;
          sum += x[from] * w[weight];
        }
  y[index] = sum;
}

__global__ void transposed_kernel(const float* x, const float* w, const float* bias, float* y, Window s,
                                  int64_t n) {
  int64_t index = blockIdx.x * (int64_t)blockDim.x + threadIdx.x;
  if (index >= n) return;
  int64_t at[3], rest = index;
  for (int d = 2; d >= 0; --d) { at[d] = rest % s.output[d]; rest /= s.output[d]; }
  int64_t channel = rest % s.out, image = rest / s.out;
  int64_t per_in = s.in / s.groups, per_out = s.out / s.groups, group = channel / per_out;
  float sum = bias ? bias[channel] : 0.0f;
  for (int64_t i = 0; i < s.kernel[0]; ++i)
    for (int64_t j = 0; j < s.kernel[1]; ++j)
      for (int64_t k = 0; k < s.kernel[2]; ++k) {
        int64_t p0 = at[0] + s.padding[0] - i * s.dilation[0];
        int64_t p1 = at[1] + s.padding[1] - j * s.dilation[1];
        int64_t p2 = at[2] + s.padding[2] - k * s.dilation[2];
        if (p0 < 0 || p1 < 0 || p2 < 0 || p0 % s.stride[0] || p1 % s.stride[1] || p2 % s.stride[2]) continue;
        p0 /= s.stride[0]; p1 /= s.stride[1]; p2 /= s.stride[2];
        if (p0 >= s.input[0] || p1 >= s.input[1] || p2 >= s.input[2]) continue;
        for (int64_t c = 0; c < per_in; ++c) {
          int64_t channel_in = group * per_in + c;
          int64_t from = (((image * s.in + channel_in) * s.input[0] + p0) * s.input[1] + p1) * s.input[2] + p2;
          int64_t weight =
              (((channel_in * per_out + channel % per_out) * s.kernel[0] + i) * s.kernel[1] + j) * s.kernel[2] + k;
          sum += x[from] * w[weight];
        }
      }
  y[index] = sum;
}

torch::Tensor convolution(torch::Tensor input, torch::Tensor weight, torch::Tensor bias,
                          std::vector<int64_t> stride, std::vector<int64_t> padding,
                          std::vector<int64_t> dilation, std::vector<int64_t> extra, int64_t groups,
                          bool transposed) {
  auto x = floats(input), w = floats(weight);
  int64_t spatial = w.dim() - 2, lead = 3 - spatial;
  bool single = x.dim() == spatial + 1;
  if (single) x = x.unsqueeze(0);
  Window s;
  s.batch = x.size(0); s.in = x.size(1); s.groups = groups;
  s.out = transposed ? w.size(1) * groups : w.size(0);
  std::vector<int64_t> shape;
  if (!single) shape.push_back(s.batch);
  shape.push_back(s.out);
  for (int64_t d = 0; d < 3; ++d) {
    int64_t own = d - lead;
    s.input[d] = s.output[d] = s.kernel[d] = s.stride[d] = s.dilation[d] = 1;
    s.padding[d] = 0;
    if (own < 0) continue;
    s.input[d] = x.size(2 + own); s.kernel[d] = w.size(2 + own); s.stride[d] = stride[own];
    s.padding[d] = padding[own]; s.dilation[d] = dilation[own];
    int64_t reach = s.dilation[d] * (s.kernel[d] - 1);
    s.output[d] = transposed
        ? (s.input[d] - 1) * s.stride[d] - 2 * s.padding[d] + reach + extra[own] + 1
        : (s.input[d] + 2 * s.padding[d] - reach - 1) / s.stride[d] + 1;
    shape.push_back(s.output[d]);
  }
  auto out = torch::empty(shape, x.options());
  int64_t n = out.numel();
  const float* add = bias.numel() ? bias.data_ptr<float>() : nullptr;
  if (transposed)
    transposed_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), w.data_ptr<float>(), add,
                                                   out.data_ptr<float>(), s, n);
  else
    convolution_kernel<<<blocks_for(n), kThreads>>>(x.data_ptr<float>(), w.data_ptr<float>(), add,
                                                    out.data_ptr<float>(), s, n);
  return out;
}
