// torch's tensors and functions, as far as they are no templates: what Python's torch computes.
#include "gatewright/torch/torch.h"

namespace c10 {

TensorOptions::TensorOptions() = default;
TensorOptions::TensorOptions(ScalarType type) : type(type) {}
TensorOptions::TensorOptions(Device where) : where(where) {}
TensorOptions::TensorOptions(DeviceType where) : where(where) {}
TensorOptions::TensorOptions(MemoryFormat format) : format(format) {}
TensorOptions TensorOptions::dtype(std::optional<ScalarType> t) const {
  auto o = *this;
  return o.type = t, o;
}
TensorOptions TensorOptions::device(std::optional<Device> d) const { auto o = *this; return o.where = d, o; }
TensorOptions TensorOptions::device(DeviceType kind, int number) const {
  return device(Device(kind, number));
}
TensorOptions TensorOptions::device(const char* name) const { return device(Device(name)); }
TensorOptions TensorOptions::device_index(int) const { return device(DeviceType::CUDA); }
TensorOptions TensorOptions::requires_grad(std::optional<bool> g) const {
  auto o = *this;
  return o.gradient = g, o;
}
TensorOptions TensorOptions::memory_format(std::optional<MemoryFormat> f) const {
  auto o = *this;
  return o.format = f, o;
}
Device TensorOptions::device() const { return where.value_or(Device()); }
ScalarType TensorOptions::dtype() const { return type.value_or(ScalarType::Float); }

}  // namespace c10

namespace gw {

Value to_python(std::initializer_list<int64_t> list) { return to_python(c10::IntArrayRef(list)); }
void add_parameter(Function& function, const char* name, const Value& fallback) {
  function.parameters.push_back({name, fallback});
}

}  // namespace gw

namespace at {

Tensor Tensor::method(const char* name, const gw::Values& arguments) const {
  return gw::tensor_from(gw::call_method(*this, name, arguments));
}
TensorOptions Tensor::options() const { return TensorOptions(scalar_type()).device(device()); }
Tensor Tensor::to(ScalarType type, bool, bool) const { return method("to", {gw::to_python(type)}); }
Tensor Tensor::cpu() const { return method("cpu", {}); }
Tensor Tensor::to(Device where, ScalarType type, bool, bool) const { return to(where).to(type); }
Tensor Tensor::to(const TensorOptions& options, bool, bool) const {
  const Tensor there = options.where ? to(*options.where) : *this;
  return options.type ? there.to(*options.type) : there;
}
Tensor Tensor::to(const Tensor& like) const { return to(like.scalar_type()); }
Tensor Tensor::toType(ScalarType type) const { return to(type); }
Tensor Tensor::view(IntArrayRef sizes) const { return method("view", {gw::to_python(sizes)}); }
Tensor Tensor::view(ScalarType type) const { return method("view", {gw::to_python(type)}); }
Tensor Tensor::reshape(IntArrayRef sizes) const { return method("reshape", {gw::to_python(sizes)}); }
Tensor Tensor::permute(IntArrayRef order) const { return method("permute", {gw::to_python(order)}); }
Tensor Tensor::expand(IntArrayRef sizes, bool) const { return method("expand", {gw::to_python(sizes)}); }
Tensor Tensor::repeat(IntArrayRef sizes) const { return method("repeat", {gw::to_python(sizes)}); }
Tensor Tensor::flip(IntArrayRef dims) const { return method("flip", {gw::to_python(dims)}); }
Tensor Tensor::operator[](int64_t i) const { return method("select", {gw::to_python(0), gw::to_python(i)}); }
Tensor Tensor::sum(IntArrayRef dims, bool keep) const {
  return method("sum", {gw::to_python(dims), gw::to_python(keep)});
}
Tensor Tensor::sum(ScalarType type) const {
  return gw::tensor_from(gw::call_method(*this, "sum", {}, {{"dtype", gw::to_python(type)}}));
}
Tensor Tensor::sum() const { return method("sum", {}); }
Tensor Tensor::mean(IntArrayRef dims, bool keep) const {
  return method("mean", {gw::to_python(dims), gw::to_python(keep)});
}
Tensor Tensor::mean() const { return method("mean", {}); }
Tensor Tensor::max() const { return method("max", {}); }
Tensor Tensor::min() const { return method("min", {}); }
std::tuple<Tensor, Tensor> Tensor::max(int64_t dim, bool keep) const { return pair("max", dim, keep); }
std::tuple<Tensor, Tensor> Tensor::min(int64_t dim, bool keep) const { return pair("min", dim, keep); }
Tensor Tensor::operator-() const { return neg(); }
Tensor& Tensor::operator+=(const Tensor& other) { return add_(other), *this; }
Tensor& Tensor::operator-=(const Tensor& other) { return sub_(other), *this; }
Tensor& Tensor::operator*=(const Tensor& other) { return mul_(other), *this; }
Tensor& Tensor::operator/=(const Tensor& other) { return div_(other), *this; }
Tensor& Tensor::operator+=(const Scalar& other) { return add_(other), *this; }
Tensor& Tensor::operator-=(const Scalar& other) { return sub_(other), *this; }
Tensor& Tensor::operator*=(const Scalar& other) { return mul_(other), *this; }
Tensor& Tensor::operator/=(const Scalar& other) { return div_(other), *this; }

#define GW_OPERATOR(op, name)                                                \
  Tensor operator op(const Tensor& a, const Tensor& b) { return a.name(b); } \
  Tensor operator op(const Tensor& a, const Scalar& b) { return a.name(b); }
GW_OPERATOR(+, add)
GW_OPERATOR(-, sub)
GW_OPERATOR(*, mul)
GW_OPERATOR(/, div)
GW_OPERATOR(<, lt)
GW_OPERATOR(<=, le)
GW_OPERATOR(>, gt)
GW_OPERATOR(>=, ge)
GW_OPERATOR(==, eq)
GW_OPERATOR(!=, ne)
#undef GW_OPERATOR
Tensor operator+(const Scalar& a, const Tensor& b) { return b.add(a); }
Tensor operator*(const Scalar& a, const Tensor& b) { return b.mul(a); }
Tensor operator-(const Scalar& a, const Tensor& b) { return b.neg().add(a); }
Tensor operator/(const Scalar& a, const Tensor& b) { return b.reciprocal().mul(a); }

TensorOptions dtype(ScalarType type) { return TensorOptions(type); }
TensorOptions requires_grad(bool wanted) { return TensorOptions().requires_grad(wanted); }
Tensor empty(IntArrayRef sizes, const TensorOptions& options, std::optional<MemoryFormat> format) {
  return gw::fresh(gw::tensor_from(
      gw::call_torch("empty", {gw::to_python(sizes)}, gw::keywords_of(format ? options.memory_format(format) : options))));
}
Tensor empty_like(const Tensor& like, const TensorOptions& options, std::optional<MemoryFormat> format) {
  return gw::fresh(gw::tensor_from(gw::call_torch(
      "empty_like", {gw::to_python(like)}, gw::keywords_of(format ? options.memory_format(format) : options))));
}
Tensor empty_strided(IntArrayRef sizes, IntArrayRef strides, const TensorOptions& options) {
  return gw::fresh(gw::tensor_from(
      gw::call_torch("empty_strided", {gw::to_python(sizes), gw::to_python(strides)}, gw::keywords_of(options))));
}
#define GW_FILLED(name)                                                                                     \
  Tensor name(IntArrayRef sizes, const TensorOptions& options) {                                            \
    return gw::tensor_from(gw::call_torch(#name, {gw::to_python(sizes)}, gw::keywords_of(options)));        \
  }                                                                                                         \
  Tensor name##_like(const Tensor& like, const TensorOptions& options) {                                    \
    return gw::tensor_from(gw::call_torch(#name "_like", {gw::to_python(like)}, gw::keywords_of(options))); \
  }
GW_FILLED(zeros)
GW_FILLED(ones)
GW_FILLED(rand)
GW_FILLED(randn)
#undef GW_FILLED
Tensor full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options) {
  return gw::tensor_from(gw::call_torch("full", {gw::to_python(sizes), gw::to_python(value)}, gw::keywords_of(options)));
}
Tensor full_like(const Tensor& like, const Scalar& value, const TensorOptions& options) {
  return gw::tensor_from(
      gw::call_torch("full_like", {gw::to_python(like), gw::to_python(value)}, gw::keywords_of(options)));
}
Tensor arange(const Scalar& end, const TensorOptions& options) {
  return gw::tensor_from(gw::call_torch("arange", {gw::to_python(end)}, gw::keywords_of(options)));
}
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options) {
  return gw::tensor_from(
      gw::call_torch("arange", {gw::to_python(start), gw::to_python(end)}, gw::keywords_of(options)));
}
Tensor eye(int64_t n, const TensorOptions& options) {
  return gw::tensor_from(gw::call_torch("eye", {gw::to_python(n)}, gw::keywords_of(options)));
}
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options) {
  return gw::tensor_from(gw::call_torch("tensor", {gw::to_python(value)}, gw::keywords_of(options)));
}
Tensor tensor(const Scalar& value, const TensorOptions& options) { return scalar_tensor(value, options); }
Tensor cat(TensorList tensors, int64_t dim) {
  return gw::tensor_from(gw::call_torch("cat", {gw::to_python(tensors), gw::to_python(dim)}));
}
Tensor stack(TensorList tensors, int64_t dim) {
  return gw::tensor_from(gw::call_torch("stack", {gw::to_python(tensors), gw::to_python(dim)}));
}
#define GW_REDUCTION(name)                                                                             \
  Tensor name(const Tensor& x) { return gw::tensor_from(gw::call_torch(#name, {gw::to_python(x)})); }  \
  Tensor name(const Tensor& x, IntArrayRef dims, bool keep) {                                          \
    return gw::tensor_from(                                                                            \
        gw::call_torch(#name, {gw::to_python(x), gw::to_python(dims), gw::to_python(keep)}));          \
  }
GW_REDUCTION(sum)
GW_REDUCTION(mean)
GW_REDUCTION(amax)
GW_REDUCTION(amin)
GW_REDUCTION(logsumexp)
#undef GW_REDUCTION
Tensor max(const Tensor& x) { return x.max(); }
Tensor min(const Tensor& x) { return x.min(); }
Tensor max(const Tensor& x, const Tensor& y) {
  return gw::tensor_from(gw::call_torch("maximum", {gw::to_python(x), gw::to_python(y)}));
}
Tensor min(const Tensor& x, const Tensor& y) {
  return gw::tensor_from(gw::call_torch("minimum", {gw::to_python(x), gw::to_python(y)}));
}
std::tuple<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keep) { return x.max(dim, keep); }
std::tuple<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keep) { return x.min(dim, keep); }
std::vector<Tensor> chunk(const Tensor& x, int64_t n, int64_t dim) { return x.chunk(n, dim); }
std::vector<Tensor> split(const Tensor& x, int64_t n, int64_t dim) { return x.split(n, dim); }
Tensor reshape(const Tensor& x, IntArrayRef sizes) { return x.reshape(sizes); }
Tensor permute(const Tensor& x, IntArrayRef order) { return x.permute(order); }
Tensor flip(const Tensor& x, IntArrayRef dims) { return x.flip(dims); }
std::vector<Tensor> unbind(const Tensor& x, int64_t dim) { return x.unbind(dim); }
#define GW_CONVOLUTION(name)                                                                       \
  Tensor name(const Tensor& x, const Tensor& w, const std::optional<Tensor>& b, IntArrayRef stride, \
              IntArrayRef padding, IntArrayRef dilation, int64_t groups) {                         \
    return gw::tensor_from(gw::call_torch(                                                         \
        #name, {gw::to_python(x), gw::to_python(w), gw::to_python(b), gw::to_python(stride),       \
                gw::to_python(padding), gw::to_python(dilation), gw::to_python(groups)}));         \
  }
#define GW_TRANSPOSED_CONVOLUTION(name)                                                            \
  Tensor name(const Tensor& x, const Tensor& w, const std::optional<Tensor>& b, IntArrayRef stride, \
              IntArrayRef padding, IntArrayRef output_padding, int64_t groups, IntArrayRef dilation) { \
    return gw::tensor_from(gw::call_torch(                                                         \
        #name, {gw::to_python(x), gw::to_python(w), gw::to_python(b), gw::to_python(stride),       \
                gw::to_python(padding), gw::to_python(output_padding), gw::to_python(groups),      \
                gw::to_python(dilation)}));                                                        \
  }
GW_CONVOLUTION(conv1d)
GW_CONVOLUTION(conv2d)
GW_CONVOLUTION(conv3d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose1d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose2d)
GW_TRANSPOSED_CONVOLUTION(conv_transpose3d)
#undef GW_CONVOLUTION
#undef GW_TRANSPOSED_CONVOLUTION

}  // namespace at
