// torch's functions: those that make tensors, and those that Python's torch computes.
#pragma once

#include "gatewright/torch/tensor.h"

namespace at {

static constexpr ScalarType kByte = ScalarType::Byte, kChar = ScalarType::Char, kShort = ScalarType::Short,
                            kInt = ScalarType::Int, kLong = ScalarType::Long, kHalf = ScalarType::Half,
                            kFloat = ScalarType::Float, kDouble = ScalarType::Double, kBool = ScalarType::Bool,
                            kBFloat16 = ScalarType::BFloat16, kUInt8 = kByte, kInt8 = kChar, kInt16 = kShort,
                            kInt32 = kInt, kInt64 = kLong, kFloat16 = kHalf, kFloat32 = kFloat, kFloat64 = kDouble,
                            kU8 = kByte, kI8 = kChar, kI16 = kShort, kI32 = kInt, kI64 = kLong, kF16 = kHalf,
                            kF32 = kFloat, kF64 = kDouble;
static constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;
static constexpr Layout kStrided = Layout::Strided;

TensorOptions dtype(ScalarType type);
template <class T>
TensorOptions dtype() { return TensorOptions(CppTypeToScalarType<T>::value); }
inline TensorOptions device(Device where) { return TensorOptions(where); }
inline TensorOptions device(DeviceType where) { return TensorOptions(where); }
TensorOptions requires_grad(bool wanted = true);
inline TensorOptions layout(Layout) { return {}; }

// Defined in the library (runtime/tensor.cpp).
Tensor empty(IntArrayRef sizes, const TensorOptions& options = {}, std::optional<MemoryFormat> format = {});
Tensor empty_like(const Tensor& like, const TensorOptions& options = {}, std::optional<MemoryFormat> format = {});
Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options = {});
#define GW_FILLED(name)                                              \
  Tensor name(IntArrayRef sizes, const TensorOptions& options = {}); \
  Tensor name##_like(const Tensor& like, const TensorOptions& options = {});
GW_FILLED(zeros)
GW_FILLED(ones)
GW_FILLED(rand)
GW_FILLED(randn)
#undef GW_FILLED
Tensor full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options = {});
Tensor full_like(const Tensor& like, const Scalar& value, const TensorOptions& options = {});
Tensor arange(const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options = {});
Tensor eye(int64_t n, const TensorOptions& options = {});
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options = {});
Tensor tensor(const Scalar& value, const TensorOptions& options = {});
template <class T>
Tensor tensor(std::initializer_list<T> values, TensorOptions options = {}) {
  if (!options.type) options.type = CppTypeToScalarType<T>::value;
  return gw::tensor_from(gw::call_torch("tensor", {gw::to_python(std::vector<T>(values))}, gw::keywords_of(options)));
}
template <class T>
Tensor tensor(const std::vector<T>& values, TensorOptions options = {}) {
  if (!options.type) options.type = CppTypeToScalarType<T>::value;
  return gw::tensor_from(gw::call_torch("tensor", {gw::to_python(values)}, gw::keywords_of(options)));
}
Tensor cat(TensorList tensors, int64_t dim = 0);
Tensor stack(TensorList tensors, int64_t dim = 0);
#define GW_REDUCTION(name)      \
  Tensor name(const Tensor& x); \
  Tensor name(const Tensor& x, IntArrayRef dims, bool keep = false);
GW_REDUCTION(sum)
GW_REDUCTION(mean)
GW_REDUCTION(amax)
GW_REDUCTION(amin)
GW_REDUCTION(logsumexp)
#undef GW_REDUCTION
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
Tensor max(const Tensor& x, const Tensor& y);
Tensor min(const Tensor& x, const Tensor& y);
std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keep = false);
std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keep = false);
std::vector<Tensor> chunk(const Tensor& x, int64_t n, int64_t dim = 0);
std::vector<Tensor> split(const Tensor& x, int64_t n, int64_t dim = 0);
Tensor reshape(const Tensor& x, IntArrayRef sizes);
Tensor permute(const Tensor& x, IntArrayRef order);
Tensor flip(const Tensor& x, IntArrayRef dims);
std::vector<Tensor> unbind(const Tensor& x, int64_t dim = 0);

#define GW_CONVOLUTION(name)                                                                             \
  Tensor name(const Tensor& x, const Tensor& w, const std::optional<Tensor>& b = {},                     \
              IntArrayRef stride = kOne, IntArrayRef padding = kZero, IntArrayRef dilation = kOne,       \
              int64_t groups = 1);
#define GW_TRANSPOSED_CONVOLUTION(name)                                                                  \
  Tensor name(const Tensor& x, const Tensor& w, const std::optional<Tensor>& b = {},                     \
              IntArrayRef stride = kOne, IntArrayRef padding = kZero, IntArrayRef output_padding = kZero, \
              int64_t groups = 1, IntArrayRef dilation = kOne);
static const int64_t kZero = 0, kOne = 1;
GW_CONVOLUTION(conv1d)
GW_CONVOLUTION(conv2d)
GW_CONVOLUTION(conv3d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose1d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose2d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose3d)
#undef GW_CONVOLUTION
#undef GW_TRANSPOSED_CONVOLUTION

// The others take in C++ what they take in Python, in the same order. Lists in braces have no type
// of their own: so they are written out.
#define GW_FUNCTION(name, python)                                                     \
  template <class... A>                                                               \
  inline Tensor name(const Tensor& x, A&&... more) {                                  \
    return gw::tensor_from(gw::call_torch(python, {gw::to_python(x), gw::to_python(more)...})); \
  }                                                                                   \
  template <class... A>                                                               \
  inline Tensor name(const Tensor& x, IntArrayRef list, A&&... more) {                \
    return gw::tensor_from(gw::call_torch(python, {gw::to_python(x), gw::to_python(list), gw::to_python(more)...})); \
  }
#define GW_SAME(name) GW_FUNCTION(name, #name)
#define GW_NN(name) GW_FUNCTION(name, "nn.functional." #name)
GW_SAME(matmul) GW_SAME(mm) GW_SAME(bmm) GW_SAME(mv) GW_SAME(dot) GW_SAME(addmm) GW_SAME(baddbmm) GW_SAME(outer)
GW_SAME(add) GW_SAME(sub) GW_SAME(mul) GW_SAME(div) GW_SAME(pow) GW_SAME(abs) GW_SAME(neg) GW_SAME(exp) GW_SAME(log)
GW_SAME(log1p) GW_SAME(sqrt) GW_SAME(rsqrt) GW_SAME(square) GW_SAME(sin) GW_SAME(cos) GW_SAME(tanh) GW_SAME(sigmoid)
GW_SAME(erf) GW_SAME(relu) GW_SAME(relu_) GW_SAME(clamp) GW_SAME(clamp_min) GW_SAME(clamp_max) GW_SAME(where)
GW_SAME(softmax) GW_SAME(log_softmax) GW_SAME(cumsum) GW_SAME(cumprod) GW_SAME(prod) GW_SAME(norm) GW_SAME(var)
GW_SAME(std) GW_SAME(argmax) GW_SAME(argmin) GW_SAME(maximum) GW_SAME(minimum) GW_SAME(transpose) GW_SAME(squeeze)
GW_SAME(unsqueeze) GW_SAME(flatten) GW_SAME(clone) GW_SAME(gather) GW_SAME(index_select) GW_SAME(triu) GW_SAME(tril)
GW_SAME(layer_norm) GW_SAME(group_norm) GW_SAME(batch_norm) GW_SAME(instance_norm) GW_SAME(dropout) GW_SAME(isnan)
GW_SAME(reciprocal) GW_SAME(floor) GW_SAME(ceil) GW_SAME(round) GW_SAME(sign) GW_SAME(narrow) GW_SAME(roll) GW_SAME(addcmul)
GW_SAME(einsum) GW_SAME(logical_not) GW_SAME(eq) GW_SAME(ne) GW_SAME(lt) GW_SAME(gt) GW_SAME(le) GW_SAME(ge)
GW_NN(linear) GW_NN(gelu) GW_NN(silu) GW_NN(mish) GW_NN(softplus) GW_NN(elu) GW_NN(selu) GW_NN(leaky_relu)
GW_NN(hardtanh) GW_NN(hardsigmoid) GW_NN(hardswish) GW_NN(pad) GW_NN(max_pool1d) GW_NN(max_pool2d) GW_NN(max_pool3d)
GW_NN(avg_pool1d) GW_NN(avg_pool2d) GW_NN(avg_pool3d) GW_NN(adaptive_avg_pool1d) GW_NN(adaptive_avg_pool2d)
GW_NN(adaptive_avg_pool3d) GW_NN(embedding) GW_NN(cross_entropy) GW_NN(mse_loss) GW_NN(kl_div) GW_NN(softsign)
GW_NN(cosine_similarity)
#undef GW_NN
#undef GW_SAME
#undef GW_FUNCTION

template <class T, bool on_device>
struct AccumulateType {
  using type = std::conditional_t<std::is_same_v<T, double>, double,
                                  std::conditional_t<std::is_integral_v<T>, int64_t, float>>;
};
template <class T, bool on_device>
using acc_type = typename AccumulateType<T, on_device>::type;
template <class T>
using opmath_type = std::conditional_t<std::is_same_v<T, c10::Half> || std::is_same_v<T, c10::BFloat16>, float, T>;
template <class T>
constexpr T ceil_div(T a, T b) { return (a + b - 1) / b; }
inline int64_t maybe_wrap_dim(int64_t dim, int64_t count) { return dim < 0 ? dim + count : dim; }

class NoGradGuard {
 public:
  NoGradGuard();
  ~NoGradGuard();

 private:
  gw::Value before_;
};
using AutoGradMode = NoGradGuard;
using InferenceMode = NoGradGuard;
using AutoNonVariableTypeMode = NoGradGuard;

}  // namespace at

namespace c10 {
using InferenceMode = at::InferenceMode;
}
