// Tensors: references to Python's, whose methods they call.
#pragma once

#include "gatewright/torch/python.h"
#include "gatewright/torch/types.h"

namespace at {

using namespace c10;
class Tensor;
using TensorList = c10::ArrayRef<Tensor>;

// `x.type()` and `x.dtype()`: compared with element types, and asked for their names.
struct TypeMeta {
  ScalarType type;
  bool cuda = true;
  operator ScalarType() const { return type; }
  ScalarType toScalarType() const { return type; }
  ScalarType scalarType() const { return type; }
  bool is_cuda() const { return cuda; }
  size_t itemsize() const { return c10::elementSize(type); }
  std::string name() const { return c10::toString(type); }
  std::string toString() const { return name(); }
};
inline ScalarType typeMetaToScalarType(TypeMeta type) { return type; }

template <class T>
struct DefaultPtrTraits {
  typedef T* PtrType;
};
template <class T>
struct RestrictPtrTraits {
  typedef T* __restrict__ PtrType;
};

template <class T, size_t N, template <class> class Traits = DefaultPtrTraits, class Index = int64_t>
class TensorAccessor {
 public:
  TensorAccessor(T* data, const Index* sizes, const Index* strides) : data_(data), sizes_(sizes), strides_(strides) {}
  Index size(Index i) const { return sizes_[i]; }
  Index stride(Index i) const { return strides_[i]; }
  T* data() const { return data_; }
  decltype(auto) operator[](Index i) const {
    if constexpr (N == 1) return (data_[strides_[0] * i]);
    else return TensorAccessor<T, N - 1, Traits, Index>(data_ + strides_[0] * i, sizes_ + 1, strides_ + 1);
  }

 private:
  T* data_;
  const Index *sizes_, *strides_;
};

// Accessors that carry their sizes, so that they can be passed to kernels.
template <class T, size_t N, template <class> class Traits = DefaultPtrTraits, class Index = int64_t>
class PackedTensorAccessor {
 public:
  PackedTensorAccessor(T* data, const int64_t* sizes, const int64_t* strides) : data_(data) {
    for (size_t i = 0; i < N; i++) sizes_[i] = static_cast<Index>(sizes[i]), strides_[i] = static_cast<Index>(strides[i]);
  }
  Index size(Index i) const { return sizes_[i]; }
  Index stride(Index i) const { return strides_[i]; }
  T* data() const { return data_; }
  decltype(auto) operator[](Index i) const {
    if constexpr (N == 1) return (data_[strides_[0] * i]);
    else return TensorAccessor<T, N - 1, Traits, Index>(data_ + strides_[0] * i, sizes_ + 1, strides_ + 1);
  }

 private:
  T* data_;
  Index sizes_[N], strides_[N];
};
template <class T, size_t N, template <class> class Traits = DefaultPtrTraits>
using PackedTensorAccessor32 = PackedTensorAccessor<T, N, Traits, int32_t>;
template <class T, size_t N, template <class> class Traits = DefaultPtrTraits>
using PackedTensorAccessor64 = PackedTensorAccessor<T, N, Traits, int64_t>;
template <class T, size_t N, template <class> class Traits = DefaultPtrTraits, class Index = int64_t>
using GenericPackedTensorAccessor = PackedTensorAccessor<T, N, Traits, Index>;

}  // namespace at

namespace gw {

// C++ values as Python's.
Value to_python(const at::Tensor& tensor);
Value to_python(c10::ScalarType type);
Value to_python(c10::MemoryFormat format);
Value to_python(const c10::Scalar& number);
Value to_python(const std::string& text);
Value to_python(const char* text);
Value to_python(c10::IntArrayRef list);
Value to_python(c10::ArrayRef<at::Tensor> list);
Value to_python(c10::ArrayRef<double> list);
inline Value to_python(const Value& value) { return value; }
inline Value to_python(std::nullopt_t) { return none(); }
inline Value to_python(bool value) { return Value::taken(PyBool_FromLong(value)); }
template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
Value to_python(T value) {
  return Value::taken(PyLong_FromLongLong(static_cast<long long>(value)));
}
template <class T, std::enable_if_t<std::is_floating_point_v<T>, int> = 0>
Value to_python(T value) {
  return Value::taken(PyFloat_FromDouble(static_cast<double>(value)));
}
template <class T>
Value to_python(const std::optional<T>& value) {
  return value ? to_python(*value) : none();
}
template <class T>
Value to_python(const std::vector<T>& list);
template <class... T>
Value to_python(const std::tuple<T...>& values);
Value to_python(std::initializer_list<int64_t> list);

using Values = std::vector<Value>;
struct Keyword {
  const char* name;
  Value value;
};
using Keywords = std::vector<Keyword>;
// `torch.NAME(...)`, with dots for submodules, and `tensor.NAME(...)`. Raise what Python raised.
Value call_torch(const char* name, const Values& arguments, const Keywords& keywords = {});
Value call_method(const at::Tensor& tensor, const char* name, const Values& arguments, const Keywords& keywords = {});
at::Tensor tensor_from(Value value);
std::vector<at::Tensor> tensors_from(const Value& value);
Keywords keywords_of(const c10::TensorOptions& options);
at::Tensor fresh(at::Tensor tensor);  // filled with the poison

}  // namespace gw

// What is no template is defined in the library (runtime/tensor.cpp): each text that is compiled
// would instantiate anew whatever inline functions call.
namespace at {

class __attribute__((visibility("default"))) Tensor {
 public:
  Tensor() = default;
  explicit Tensor(gw::Value object) : object_(std::move(object)) {}
  const gw::Value& python() const { return object_; }

  bool defined() const { return static_cast<bool>(object_); }
  int64_t dim() const;
  int64_t ndimension() const { return dim(); }
  int64_t numel() const;
  int64_t size(int64_t i) const;
  int64_t stride(int64_t i) const;
  IntArrayRef sizes() const;
  IntArrayRef strides() const;
  int64_t nbytes() const { return numel() * element_size(); }
  int64_t element_size() const { return static_cast<int64_t>(c10::elementSize(scalar_type())); }
  int64_t itemsize() const { return element_size(); }
  int64_t storage_offset() const;
  ScalarType scalar_type() const;
  TypeMeta dtype() const { return {scalar_type()}; }
  TypeMeta type() const { return {scalar_type(), is_cuda()}; }
  Device device() const { return Device(is_cuda() ? DeviceType::CUDA : DeviceType::CPU, is_cuda() ? 0 : -1); }
  int get_device() const { return is_cuda() ? 0 : -1; }
  Layout layout() const { return Layout::Strided; }
  bool is_cuda() const;
  bool is_cpu() const { return !is_cuda(); }
  bool is_contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  bool is_floating_point() const { return c10::isFloatingType(scalar_type()); }
  bool is_sparse() const { return false; }
  bool requires_grad() const;
  bool is_same(const Tensor& other) const { return object_.get() == other.object_.get(); }
  TensorOptions options() const;
  MemoryFormat suggest_memory_format() const { return MemoryFormat::Contiguous; }

  void* data_ptr() const;
  // Of a tensor of another type it is refused, as torch refuses it.
  template <class T>
  T* data_ptr() const {
    using Element = std::remove_const_t<T>;
    return static_cast<T*>(typed_pointer(CppTypeToScalarType<Element>::value));
  }
  template <class T>
  T* mutable_data_ptr() const { return data_ptr<T>(); }
  template <class T>
  const T* const_data_ptr() const { return data_ptr<std::remove_const_t<T>>(); }
  void* mutable_data_ptr() const { return data_ptr(); }
  const void* const_data_ptr() const { return data_ptr(); }
  template <class T>
  T* data() const { return data_ptr<T>(); }
  Tensor data() const { return *this; }

  template <class T, size_t N>
  TensorAccessor<T, N> accessor() const {
    check_dimensions(N);
    return {data_ptr<T>(), sizes().data(), strides().data()};
  }
  template <class T, size_t N, template <class> class Traits = DefaultPtrTraits>
  PackedTensorAccessor<T, N, Traits, int32_t> packed_accessor32() const { return packed<T, N, Traits, int32_t>(); }
  template <class T, size_t N, template <class> class Traits = DefaultPtrTraits>
  PackedTensorAccessor<T, N, Traits, int64_t> packed_accessor64() const { return packed<T, N, Traits, int64_t>(); }
  template <class T, size_t N, template <class> class Traits = DefaultPtrTraits, class Index = int64_t>
  PackedTensorAccessor<T, N, Traits, Index> packed_accessor() const { return packed<T, N, Traits, Index>(); }
  template <class T, size_t N, template <class> class Traits = DefaultPtrTraits, class Index = int64_t>
  PackedTensorAccessor<T, N, Traits, Index> generic_packed_accessor() const { return packed<T, N, Traits, Index>(); }

  template <class T>
  T item() const { return item().template to<T>(); }
  Scalar item() const;

  Tensor to(ScalarType type, bool = false, bool = false) const;
  Tensor to(Device where, bool = false, bool = false) const { return where.is_cpu() ? cpu() : *this; }
  Tensor to(Device, ScalarType type, bool = false, bool = false) const;
  Tensor to(const TensorOptions& options, bool = false, bool = false) const;
  Tensor to(const Tensor& like) const;
  Tensor toType(ScalarType type) const;
  Tensor cuda() const { return *this; }
  Tensor cpu() const;
  Tensor contiguous(MemoryFormat format = MemoryFormat::Contiguous) const;
  Tensor view(IntArrayRef sizes) const;
  Tensor view(ScalarType type) const;
  Tensor reshape(IntArrayRef sizes) const;
  Tensor permute(IntArrayRef order) const;
  Tensor expand(IntArrayRef sizes, bool = false) const;
  Tensor repeat(IntArrayRef sizes) const;
  Tensor flip(IntArrayRef dims) const;
  Tensor operator[](int64_t i) const;
  Tensor operator[](const Tensor& index) const;
  Tensor new_empty(IntArrayRef sizes, const TensorOptions& options = {}) const;
  Tensor new_zeros(IntArrayRef sizes, const TensorOptions& options = {}) const;
  Tensor new_full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options = {}) const;
  Tensor sum(IntArrayRef dims, bool keep = false) const;
  Tensor sum(ScalarType type) const;
  Tensor sum() const;
  Tensor mean(IntArrayRef dims, bool keep = false) const;
  Tensor mean() const;
  Tensor max() const;
  Tensor min() const;
  std::tuple<Tensor, Tensor> max(int64_t dim, bool keep = false) const;
  std::tuple<Tensor, Tensor> min(int64_t dim, bool keep = false) const;
  std::vector<Tensor> chunk(int64_t n, int64_t dim = 0) const;
  std::vector<Tensor> split(int64_t n, int64_t dim = 0) const;
  std::vector<Tensor> unbind(int64_t dim = 0) const;
  Tensor slice(int64_t dim, std::optional<int64_t> start = {}, std::optional<int64_t> end = {}, int64_t step = 1) const;

#define GW_METHOD(name)                                     \
  template <class... A>                                     \
  Tensor name(A&&... arguments) const {                     \
    return method(#name, {gw::to_python(arguments)...});    \
  }
  GW_METHOD(clone) GW_METHOD(detach) GW_METHOD(transpose) GW_METHOD(t) GW_METHOD(unsqueeze) GW_METHOD(squeeze)
  GW_METHOD(flatten) GW_METHOD(view_as) GW_METHOD(expand_as) GW_METHOD(reshape_as) GW_METHOD(narrow) GW_METHOD(select)
  GW_METHOD(index_select) GW_METHOD(gather) GW_METHOD(scatter) GW_METHOD(masked_fill) GW_METHOD(masked_fill_)
  GW_METHOD(zero_) GW_METHOD(fill_) GW_METHOD(copy_) GW_METHOD(add_) GW_METHOD(sub_) GW_METHOD(mul_) GW_METHOD(div_)
  GW_METHOD(add) GW_METHOD(sub) GW_METHOD(mul) GW_METHOD(div) GW_METHOD(pow) GW_METHOD(neg) GW_METHOD(abs)
  GW_METHOD(exp) GW_METHOD(log) GW_METHOD(sqrt) GW_METHOD(rsqrt) GW_METHOD(tanh) GW_METHOD(sigmoid) GW_METHOD(relu)
  GW_METHOD(relu_) GW_METHOD(clamp) GW_METHOD(clamp_) GW_METHOD(clamp_min) GW_METHOD(clamp_max) GW_METHOD(matmul)
  GW_METHOD(mm) GW_METHOD(bmm) GW_METHOD(mv) GW_METHOD(dot) GW_METHOD(addmm) GW_METHOD(addmm_) GW_METHOD(softmax)
  GW_METHOD(log_softmax) GW_METHOD(cumsum) GW_METHOD(cumprod) GW_METHOD(prod) GW_METHOD(norm) GW_METHOD(var)
  GW_METHOD(argmax) GW_METHOD(argmin) GW_METHOD(any) GW_METHOD(all) GW_METHOD(amax) GW_METHOD(amin) GW_METHOD(eq)
  GW_METHOD(ne) GW_METHOD(lt) GW_METHOD(le) GW_METHOD(gt) GW_METHOD(ge) GW_METHOD(logical_not) GW_METHOD(square)
  GW_METHOD(triu) GW_METHOD(tril) GW_METHOD(movedim) GW_METHOD(swapaxes) GW_METHOD(unfold) GW_METHOD(roll)
  GW_METHOD(contiguous_) GW_METHOD(half) GW_METHOD(normal_) GW_METHOD(uniform_) GW_METHOD(erf) GW_METHOD(sin) GW_METHOD(cos)
  GW_METHOD(isnan) GW_METHOD(reciprocal) GW_METHOD(floor) GW_METHOD(ceil) GW_METHOD(round) GW_METHOD(sign) GW_METHOD(unsqueeze_)
  GW_METHOD(squeeze_) GW_METHOD(resize_) GW_METHOD(repeat_interleave) GW_METHOD(diagonal) GW_METHOD(index_add_)
  GW_METHOD(scatter_add_) GW_METHOD(scatter_) GW_METHOD(requires_grad_) GW_METHOD(set_requires_grad) GW_METHOD(logsumexp)
#undef GW_METHOD

  Tensor operator-() const;
  Tensor& operator+=(const Tensor& other);
  Tensor& operator-=(const Tensor& other);
  Tensor& operator*=(const Tensor& other);
  Tensor& operator/=(const Tensor& other);
  Tensor& operator+=(const Scalar& other);
  Tensor& operator-=(const Scalar& other);
  Tensor& operator*=(const Scalar& other);
  Tensor& operator/=(const Scalar& other);

 private:
  Tensor method(const char* name, const gw::Values& arguments) const;
  std::tuple<Tensor, Tensor> pair(const char* name, int64_t dim, bool keep) const;
  void* typed_pointer(ScalarType type) const;
  void check_dimensions(size_t n) const;
  template <class T, size_t N, template <class> class Traits, class Index>
  PackedTensorAccessor<T, N, Traits, Index> packed() const {
    check_dimensions(N);
    return {data_ptr<T>(), sizes().data(), strides().data()};
  }

  gw::Value object_;
};

#define GW_OPERATOR(op)                                 \
  Tensor operator op(const Tensor& a, const Tensor& b); \
  Tensor operator op(const Tensor& a, const Scalar& b);
GW_OPERATOR(+)
GW_OPERATOR(-)
GW_OPERATOR(*)
GW_OPERATOR(/)
GW_OPERATOR(<)
GW_OPERATOR(<=)
GW_OPERATOR(>)
GW_OPERATOR(>=)
GW_OPERATOR(==)
GW_OPERATOR(!=)
#undef GW_OPERATOR
Tensor operator+(const Scalar& a, const Tensor& b);
Tensor operator*(const Scalar& a, const Tensor& b);
Tensor operator-(const Scalar& a, const Tensor& b);
Tensor operator/(const Scalar& a, const Tensor& b);

}  // namespace at

namespace gw {

template <class T>
Value to_python(const std::vector<T>& list) {
  Value made = Value::taken(PyList_New(static_cast<Py_ssize_t>(list.size())));
  for (size_t i = 0; i < list.size(); i++) PyList_SetItem(made.get(), static_cast<Py_ssize_t>(i), to_python(T(list[i])).give());
  return made;
}
template <class... T>
Value to_python(const std::tuple<T...>& values) {
  Value made = Value::taken(PyTuple_New(sizeof...(T)));
  std::apply(
      [&](const T&... each) {
        Py_ssize_t i = 0;
        (PyTuple_SetItem(made.get(), i++, to_python(each).give()), ...);
      },
      values);
  return made;
}

}  // namespace gw
