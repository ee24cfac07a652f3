// A set of elements is normalised together: `runs` runs of `length`, `apart` from each other.
struct Sets {
  int64_t runs, length, apart, between, inner, channels;
  bool by_place;  // weights by the place in the run (layer norm), else by channel
};

__device__ inline double added(double* shared, double mine) {
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) shared[threadIdx.x] += shared[threadIdx.x + half];
    __syncthreads();
  }
  double all = shared[0];
  __syncthreads();
  return all;
}

__global__ void normalise_kernel(const float* x, const float* weight, const float* bias, float* y, Sets s,
                                 double eps) {
  __shared__ double shared[kThreads];
  int64_t start = blockIdx.x * s.between, count = s.runs * s.length;
  double sum = 0.0, squares = 0.0;
  for (int64_t e = threadIdx.x; e < count; e += kThreads)
    sum += x[start + e / s.length * s.apart + e % s.length];
  double mean = added(shared, sum) / count;
  for (int64_t e = threadIdx.x; e < count; e += kThreads) {
    double off = x[start + e / s.length * s.apart + e % s.length] - mean;
    squares += off * off;
  }
  double scale = 1.0 / sqrt(added(shared, squares) / count + eps);
  for (int64_t e = threadIdx.x; e < count; e += kThreads) {
    int64_t place = start + e / s.length * s.apart + e % s.length;
    int64_t w = s.by_place ? e % s.length : place / s.inner % s.channels;
    float v = (float)((x[place] - mean) * scale);
    y[place] = v * (weight ? weight[w] : 1.0f) + (bias ? bias[w] : 0.0f);
  }
}

// kind: 0 batch, 1 instance, 2 group (`parts` groups), 3 layer (the last `parts` dimensions)
torch::Tensor normalise(torch::Tensor input, torch::Tensor weight, torch::Tensor bias, double eps,
                        int64_t kind, int64_t parts) {
  auto x = floats(input);
  Sets s;
  int64_t sets = 1, spatial = 1;
  s.by_place = kind == 3; s.runs = 1; s.apart = 0; s.channels = 1;
  if (kind == 3) {
    for (int64_t d = x.dim() - parts; d < x.dim(); ++d) spatial *= x.size(d);
    sets = x.numel() / spatial;
    s.length = s.between = spatial; s.inner = 1;
  } else {
    for (int64_t d = 2; d < x.dim(); ++d) spatial *= x.size(d);
    s.inner = spatial; s.channels = x.size(1);
    if (kind == 0) {
      sets = s.channels; s.runs = x.size(0); s.length = s.between = spatial; s.apart = s.channels * spatial;
    } else {
      int64_t per_set = kind == 1 ? 1 : s.channels / parts;
      sets = x.size(0) * s.channels / per_set; s.length = s.between = per_set * spatial;
    }
  }
  auto out = torch::empty_like(x);
  normalise_kernel<<<sets, kThreads>>>(x.data_ptr<float>(), weight.numel() ? weight.data_ptr<float>() : nullptr,
                                       bias.numel() ? bias.data_ptr<float>() : nullptr, out.data_ptr<float>(), s,
                                       eps);
  return out;
}
