// cuBLAS's usual calls as reference loops. They are counted as library calls, not as kernels.
#pragma once

#include <cuda_runtime.h>

typedef struct cublasContext* cublasHandle_t;
enum cublasStatus_t { CUBLAS_STATUS_SUCCESS = 0, CUBLAS_STATUS_INVALID_VALUE = 7, CUBLAS_STATUS_NOT_SUPPORTED = 15 };
enum cublasOperation_t { CUBLAS_OP_N, CUBLAS_OP_T, CUBLAS_OP_C };
enum cublasPointerMode_t { CUBLAS_POINTER_MODE_HOST, CUBLAS_POINTER_MODE_DEVICE };
enum cublasMath_t {
  CUBLAS_DEFAULT_MATH = 0,
  CUBLAS_TENSOR_OP_MATH = 1,
  CUBLAS_PEDANTIC_MATH = 2,
  CUBLAS_TF32_TENSOR_OP_MATH = 3,
};
enum cudaDataType_t { CUDA_R_32F = 0, CUDA_R_64F = 1, CUDA_R_16F = 2, CUDA_R_16BF = 14 };
typedef cudaDataType_t cudaDataType;
enum cublasComputeType_t {
  CUBLAS_COMPUTE_16F = 64,
  CUBLAS_COMPUTE_32F = 68,
  CUBLAS_COMPUTE_32F_FAST_16F = 74,
  CUBLAS_COMPUTE_32F_FAST_TF32 = 77,
  CUBLAS_COMPUTE_64F = 70,
};
enum cublasGemmAlgo_t { CUBLAS_GEMM_DEFAULT = -1, CUBLAS_GEMM_DEFAULT_TENSOR_OP = 99 };

static inline cublasStatus_t cublasCreate(cublasHandle_t* handle) {
  *handle = reinterpret_cast<cublasHandle_t>(uintptr_t{16});
  return CUBLAS_STATUS_SUCCESS;
}
static inline cublasStatus_t cublasDestroy(cublasHandle_t) { return CUBLAS_STATUS_SUCCESS; }
static inline cublasStatus_t cublasSetStream(cublasHandle_t, cudaStream_t) { return CUBLAS_STATUS_SUCCESS; }
static inline cublasStatus_t cublasSetMathMode(cublasHandle_t, cublasMath_t) { return CUBLAS_STATUS_SUCCESS; }
static inline cublasStatus_t cublasSetPointerMode(cublasHandle_t, cublasPointerMode_t mode) {
  return mode == CUBLAS_POINTER_MODE_HOST ? CUBLAS_STATUS_SUCCESS : CUBLAS_STATUS_NOT_SUPPORTED;
}
static inline const char* cublasGetStatusString(cublasStatus_t status) {
  return status == CUBLAS_STATUS_SUCCESS ? "CUBLAS_STATUS_SUCCESS" : "a cuBLAS error";
}

namespace gw {

// Matrices are stored by columns: element (row, column) of op(M), M with `lead` rows in memory.
template <class T>
T element(const T* matrix, cublasOperation_t op, int lead, int row, int column) {
  return op == CUBLAS_OP_N ? matrix[static_cast<size_t>(column) * lead + row]
                           : matrix[static_cast<size_t>(row) * lead + column];
}

template <class In, class Out, class Scale, class Sum>
cublasStatus_t gemm(cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, Scale alpha, const In* a,
                    int lead_a, const In* b, int lead_b, Scale beta, Out* c, int lead_c) {
  if (lead_a < (op_a == CUBLAS_OP_N ? m : k) || lead_b < (op_b == CUBLAS_OP_N ? k : n) || lead_c < m)
    return CUBLAS_STATUS_INVALID_VALUE;
  for (int column = 0; column < n; column++)
    for (int row = 0; row < m; row++) {
      Sum sum = 0;
      for (int i = 0; i < k; i++)
        sum += static_cast<Sum>(element(a, op_a, lead_a, row, i)) * static_cast<Sum>(element(b, op_b, lead_b, i, column));
      Out& to = c[static_cast<size_t>(column) * lead_c + row];
      const Sum before = beta == 0 ? Sum{0} : static_cast<Sum>(beta) * static_cast<Sum>(to);
      to = static_cast<Out>(static_cast<Sum>(alpha) * sum + before);
    }
  return CUBLAS_STATUS_SUCCESS;
}

// By the types that gemmEx names; `by` is called with a null pointer of the element's type.
template <class Use>
cublasStatus_t by_type(cudaDataType_t type, Use use) {
  switch (type) {
    case CUDA_R_32F: return use(static_cast<float*>(nullptr));
    case CUDA_R_64F: return use(static_cast<double*>(nullptr));
    case CUDA_R_16F: return use(static_cast<__half*>(nullptr));
    case CUDA_R_16BF: return use(static_cast<__nv_bfloat16*>(nullptr));
  }
  return CUBLAS_STATUS_NOT_SUPPORTED;
}

inline float scale_of(const void* scale, cublasComputeType_t compute) {
  if (compute == CUBLAS_COMPUTE_64F) return static_cast<float>(*static_cast<const double*>(scale));
  if (compute == CUBLAS_COMPUTE_16F) return float(*static_cast<const __half*>(scale));
  return *static_cast<const float*>(scale);
}

}  // namespace gw

#define GW_GEMM(letter, type, sum)                                                                                   \
  static inline cublasStatus_t cublas##letter##gemm(                                                                 \
      cublasHandle_t, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, const type* alpha,        \
      const type* a, int lead_a, const type* b, int lead_b, const type* beta, type* c, int lead_c) {                 \
    if (!gw::note_library_call("cublas" #letter "gemm")) return CUBLAS_STATUS_SUCCESS;                               \
    return gw::gemm<type, type, type, sum>(op_a, op_b, m, n, k, *alpha, a, lead_a, b, lead_b, *beta, c, lead_c);     \
  }                                                                                                                  \
  static inline cublasStatus_t cublas##letter##gemmStridedBatched(                                                   \
      cublasHandle_t, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n, int k, const type* alpha,        \
      const type* a, int lead_a, long long step_a, const type* b, int lead_b, long long step_b, const type* beta,    \
      type* c, int lead_c, long long step_c, int count) {                                                            \
    if (!gw::note_library_call("cublas" #letter "gemmStridedBatched")) return CUBLAS_STATUS_SUCCESS;                 \
    cublasStatus_t status = CUBLAS_STATUS_SUCCESS;                                                                   \
    for (int i = 0; i < count && status == CUBLAS_STATUS_SUCCESS; i++)                                               \
      status = gw::gemm<type, type, type, sum>(op_a, op_b, m, n, k, *alpha, a + i * step_a, lead_a, b + i * step_b,  \
                                               lead_b, *beta, c + i * step_c, lead_c);                               \
    return status;                                                                                                   \
  }
GW_GEMM(S, float, float)
GW_GEMM(D, double, double)
GW_GEMM(H, __half, float)

static inline cublasStatus_t cublasGemmEx(cublasHandle_t, cublasOperation_t op_a, cublasOperation_t op_b, int m, int n,
                                          int k, const void* alpha, const void* a, cudaDataType_t type_a, int lead_a,
                                          const void* b, cudaDataType_t type_b, int lead_b, const void* beta, void* c,
                                          cudaDataType_t type_c, int lead_c, cublasComputeType_t compute,
                                          cublasGemmAlgo_t) {
  if (!gw::note_library_call("cublasGemmEx")) return CUBLAS_STATUS_SUCCESS;
  if (type_a != type_b) return CUBLAS_STATUS_NOT_SUPPORTED;
  return gw::by_type(type_a, [&](auto* in) {
    return gw::by_type(type_c, [&](auto* out) {
      using In = std::remove_pointer_t<decltype(in)>;
      using Out = std::remove_pointer_t<decltype(out)>;
      using Sum = std::conditional_t<std::is_same_v<In, double>, double, float>;
      return gw::gemm<In, Out, float, Sum>(op_a, op_b, m, n, k, gw::scale_of(alpha, compute), static_cast<const In*>(a),
                                           lead_a, static_cast<const In*>(b), lead_b, gw::scale_of(beta, compute),
                                           static_cast<Out*>(c), lead_c);
    });
  });
}

#define GW_VECTOR_CALLS(letter, type)                                                                                 \
  static inline cublasStatus_t cublas##letter##gemv(cublasHandle_t, cublasOperation_t op, int m, int n,              \
                                                    const type* alpha, const type* a, int lead, const type* x,        \
                                                    int step_x, const type* beta, type* y, int step_y) {              \
    if (!gw::note_library_call("cublas" #letter "gemv")) return CUBLAS_STATUS_SUCCESS;                                \
    const int rows = op == CUBLAS_OP_N ? m : n, columns = op == CUBLAS_OP_N ? n : m;                                  \
    for (int row = 0; row < rows; row++) {                                                                            \
      type sum = 0;                                                                                                   \
      for (int i = 0; i < columns; i++) sum += gw::element(a, op, lead, row, i) * x[i * step_x];                      \
      y[row * step_y] = *alpha * sum + (*beta == 0 ? type{0} : *beta * y[row * step_y]);                              \
    }                                                                                                                 \
    return CUBLAS_STATUS_SUCCESS;                                                                                     \
  }                                                                                                                   \
  static inline cublasStatus_t cublas##letter##ger(cublasHandle_t, int m, int n, const type* alpha, const type* x,    \
                                                   int step_x, const type* y, int step_y, type* a, int lead) {        \
    if (!gw::note_library_call("cublas" #letter "ger")) return CUBLAS_STATUS_SUCCESS;                                 \
    for (int column = 0; column < n; column++)                                                                        \
      for (int row = 0; row < m; row++)                                                                               \
        a[static_cast<size_t>(column) * lead + row] += *alpha * x[row * step_x] * y[column * step_y];                 \
    return CUBLAS_STATUS_SUCCESS;                                                                                     \
  }                                                                                                                   \
  static inline cublasStatus_t cublas##letter##axpy(cublasHandle_t, int n, const type* alpha, const type* x,          \
                                                    int step_x, type* y, int step_y) {                                \
    if (!gw::note_library_call("cublas" #letter "axpy")) return CUBLAS_STATUS_SUCCESS;                                \
    for (int i = 0; i < n; i++) y[i * step_y] += *alpha * x[i * step_x];                                              \
    return CUBLAS_STATUS_SUCCESS;                                                                                     \
  }                                                                                                                   \
  static inline cublasStatus_t cublas##letter##scal(cublasHandle_t, int n, const type* alpha, type* x, int step) {    \
    if (!gw::note_library_call("cublas" #letter "scal")) return CUBLAS_STATUS_SUCCESS;                                \
    for (int i = 0; i < n; i++) x[i * step] *= *alpha;                                                                \
    return CUBLAS_STATUS_SUCCESS;                                                                                     \
  }                                                                                                                   \
  static inline cublasStatus_t cublas##letter##dot(cublasHandle_t, int n, const type* x, int step_x, const type* y,   \
                                                   int step_y, type* result) {                                        \
    if (!gw::note_library_call("cublas" #letter "dot")) return CUBLAS_STATUS_SUCCESS;                                 \
    *result = 0;                                                                                                      \
    for (int i = 0; i < n; i++) *result += x[i * step_x] * y[i * step_y];                                             \
    return CUBLAS_STATUS_SUCCESS;                                                                                     \
  }
GW_VECTOR_CALLS(S, float)
GW_VECTOR_CALLS(D, double)

namespace at::cuda {
inline cublasHandle_t getCurrentCUDABlasHandle() { return reinterpret_cast<cublasHandle_t>(uintptr_t{16}); }
}  // namespace at::cuda
