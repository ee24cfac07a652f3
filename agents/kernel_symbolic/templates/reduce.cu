enum Reduction { kSum, kMean, kMax, kMin, kProd, kL1, kL2, kBatchMean, kArgmax, kArgmin };

// One block for each result: threads stride over the reduced elements, then fold in shared memory.
__global__ void reduce_kernel(const float* x, float* out, int64_t* index, int64_t length,
                              int64_t inner, int op, double scale) {
  __shared__ float value[kThreads];
  __shared__ int64_t place[kThreads];
  int64_t result = blockIdx.x;
  const float* from = x + (result / inner) * length * inner + result % inner;
  bool largest = op == kMax || op == kArgmax, smallest = op == kMin || op == kArgmin;
  float best = op == kProd ? 1.0f : 0.0f;
  int64_t at = -1;
  for (int64_t i = threadIdx.x; i < length; i += kThreads) {
    float v = from[i * inner];
    if (largest || smallest) {
      bool better = at < 0 || (largest ? v > best : v < best) || (v != v && best == best);
      if (better) { best = v; at = i; }
    } else if (op == kProd) best *= v;
    else if (op == kL1) best += fabsf(v);
    else if (op == kL2) best += v * v;
    else best += v;
  }
  value[threadIdx.x] = best;
  place[threadIdx.x] = at;
  __syncthreads();
  for (int half = kThreads / 2; half > 0; half /= 2) {
    if (threadIdx.x < half) {
      float other = value[threadIdx.x + half], mine = value[threadIdx.x];
      int64_t there = place[threadIdx.x + half], here = place[threadIdx.x];
      if (largest || smallest) {
        bool better = there >= 0 && (here < 0 || (largest ? other > mine : other < mine) ||
                                     (other != other && mine == mine) ||
                                     (other == mine && there < here));
        if (better) { value[threadIdx.x] = other; place[threadIdx.x] = there; }
      } else value[threadIdx.x] = op == kProd ? mine * other : mine + other;
    }
    __syncthreads();
  }
  if (threadIdx.x == 0) {
    if (index) index[result] = place[0];
    else out[result] = op == kL2 ? sqrtf(value[0]) : (float)(value[0] * scale);
  }
}

torch::Tensor reduce(torch::Tensor input, int64_t first, int64_t last, bool keep, int64_t op) {
  auto x = floats(input);
  bool all = first > last;
  if (all) { first = 0; last = x.dim() - 1; }
  else { first = positive(x, first); last = positive(x, last); }
  Around a = around(x, first, last);
  std::vector<int64_t> shape;
  for (int64_t d = 0; d < x.dim(); ++d) {
    if (d < first || d > last) shape.push_back(x.size(d));
    else if (keep) shape.push_back(1);
  }
  double scale = op == kMean ? 1.0 / a.length : op == kBatchMean ? 1.0 / x.size(0) : 1.0;
  bool indexed = op == kArgmax || op == kArgmin;
  auto out = torch::empty(shape, indexed ? x.options().dtype(torch::kLong) : x.options());
  int64_t results = a.outer * a.inner;
  reduce_kernel<<<results, kThreads>>>(x.data_ptr<float>(), indexed ? nullptr : out.data_ptr<float>(),
                                       indexed ? out.data_ptr<int64_t>() : nullptr, a.length, a.inner,
                                       (int)op, scale);
  return out;
}
