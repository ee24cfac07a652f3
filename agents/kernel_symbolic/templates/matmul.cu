constexpr int kTile = 16;

struct Matrices {
  int64_t m, n, k;
  int64_t a_row, a_column, b_row, b_column;
  int64_t a_batch[kDims], b_batch[kDims], batch[kDims];
  int dims;
};

// Tiles of both operands pass through shared memory; strides serve every transposition.
__global__ void matmul_kernel(const float* a, const float* b, const float* bias, float* out, Matrices s) {
  __shared__ float left[kTile][kTile + 1], right[kTile][kTile + 1];
  int64_t index = blockIdx.z, from_a = 0, from_b = 0;
  for (int d = s.dims - 1; d >= 0; --d) {
    int64_t place = index % s.batch[d];
    index /= s.batch[d];
    from_a += place * s.a_batch[d];
    from_b += place * s.b_batch[d];
  }
  int64_t row = blockIdx.y * (int64_t)kTile + threadIdx.y, column = blockIdx.x * (int64_t)kTile + threadIdx.x;
  float sum = 0.0f;
  for (int64_t start = 0; start < s.k; start += kTile) {
    int64_t ka = start + threadIdx.x, kb = start + threadIdx.y;
    left[threadIdx.y][threadIdx.x] =
        row < s.m && ka < s.k ? a[from_a + row * s.a_row + ka * s.a_column] : 0.0f;
    right[threadIdx.y][threadIdx.x] =
        kb < s.k && column < s.n ? b[from_b + kb * s.b_row + column * s.b_column] : 0.0f;
    __syncthreads();
    for (int i = 0; i < kTile; ++i) sum += left[threadIdx.y][i] * right[i][threadIdx.x];
    __syncthreads();
  }
  if (row < s.m && column < s.n) {
    if (bias) sum += bias[column];
    out[(blockIdx.z * s.m + row) * s.n + column] = sum;
  }
}

torch::Tensor matmul(torch::Tensor a, torch::Tensor b, torch::Tensor bias) {
  TORCH_CHECK(a.scalar_type() == torch::kFloat32 && b.scalar_type() == torch::kFloat32,
              "this kernel takes float32");
  bool vector_a = a.dim() == 1, vector_b = b.dim() == 1;
  if (vector_a) a = a.unsqueeze(0);
  if (vector_b) b = b.unsqueeze(1);
  Matrices s;
  s.m = a.size(-2); s.k = a.size(-1); s.n = b.size(-1);
  TORCH_CHECK(b.size(-2) == s.k, "the matrices do not fit");
  s.a_row = a.stride(-2); s.a_column = a.stride(-1);
  s.b_row = b.stride(-2); s.b_column = b.stride(-1);
  int64_t dims = std::max(a.dim(), b.dim()) - 2;
  TORCH_CHECK(dims <= kDims, "too many dimensions");
  s.dims = (int)dims;
  std::vector<int64_t> shape;
  int64_t batches = 1;
  for (int64_t d = 0; d < dims; ++d) {
    int64_t own_a = d - (dims - (a.dim() - 2)), own_b = d - (dims - (b.dim() - 2));
    int64_t size_a = own_a >= 0 ? a.size(own_a) : 1, size_b = own_b >= 0 ? b.size(own_b) : 1;
    TORCH_CHECK(size_a == size_b || size_a == 1 || size_b == 1, "the batches do not fit");
    s.batch[d] = std::max(size_a, size_b);
    s.a_batch[d] = size_a == 1 ? 0 : a.stride(own_a);
    s.b_batch[d] = size_b == 1 ? 0 : b.stride(own_b);
    shape.push_back(s.batch[d]);
    batches *= s.batch[d];
  }
  if (!vector_a) shape.push_back(s.m);
  if (!vector_b) shape.push_back(s.n);
  auto out = torch::empty(shape, a.options());
  dim3 grid((s.n + kTile - 1) / kTile, (s.m + kTile - 1) / kTile, batches), block(kTile, kTile);
  const float* add = bias.numel() ? bias.data_ptr<float>() : nullptr;
  matmul_kernel<<<grid, block>>>(a.data_ptr<float>(), b.data_ptr<float>(), add, out.data_ptr<float>(), s);
  return out;
}
