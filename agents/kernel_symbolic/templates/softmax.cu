__device__ inline float folded(float* shared, float mine, bool largest) {
  shared[threadIdx.x] = mine;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      float other = shared[threadIdx.x + half];
      shared[threadIdx.x] = largest ? fmaxf(shared[threadIdx.x], other) : shared[threadIdx.x] + other;
    }
    __syncthreads();
  }
  float all = shared[0];
  __syncthreads();
  return all;
}

__global__ void softmax_kernel(const float* x, float* out, int64_t length, int64_t inner, bool log) {
  __shared__ float shared[kThreads];
  int64_t row = blockIdx.x;
  int64_t start = (row / inner) * length * inner + row % inner;
  float most = -INFINITY, sum = 0.0f;
  for (int64_t i = threadIdx.x; i < length; i += kThreads) most = fmaxf(most, x[start + i * inner]);
  most = folded(shared, most, true);
  for (int64_t i = threadIdx.x; i < length; i += kThreads) sum += expf(x[start + i * inner] - most);
  sum = folded(shared, sum, false);
  for (int64_t i = threadIdx.x; i < length; i += kThreads) {
    float v = x[start + i * inner] - most;
    out[start + i * inner] = log ? v - logf(sum) : expf(v) / sum;
  }
}

torch::Tensor softmax(torch::Tensor input, int64_t dim, bool log) {
  auto x = floats(input);
  dim = positive(x, dim);
  Around a = around(x, dim, dim);
  auto out = torch::empty_like(x);
  softmax_kernel<<<a.outer * a.inner, kThreads>>>(x.data_ptr<float>(), out.data_ptr<float>(), a.length,
                                                  a.inner, log);
  return out;
}
