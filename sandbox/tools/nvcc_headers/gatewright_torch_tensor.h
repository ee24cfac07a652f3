// Tensor, its options and what describes it. Host code only: declared, never run.
#pragma once

namespace c10 {

template <typename T> class ArrayRef {
public:
    ArrayRef();
    ArrayRef(const T&);
    ArrayRef(const T*, size_t);
    ArrayRef(std::initializer_list<T>);
    ArrayRef(const std::vector<T>&);
    template <size_t N> ArrayRef(const std::array<T, N>&);
    template <size_t N> ArrayRef(const T (&)[N]);
    const T* begin() const;
    const T* end() const;
    const T* data() const;
    size_t size() const;
    bool empty() const;
    const T& operator[](size_t) const;
    const T& at(size_t) const;
    const T& front() const;
    const T& back() const;
    std::vector<T> vec() const;
    ArrayRef slice(size_t, size_t = 0) const;
    bool equals(ArrayRef) const;
};
template <typename T> bool operator==(ArrayRef<T>, ArrayRef<T>);
template <typename T> bool operator!=(ArrayRef<T>, ArrayRef<T>);
template <typename T> std::ostream& operator<<(std::ostream&, ArrayRef<T>);
using IntArrayRef = ArrayRef<int64_t>;
template <typename T, unsigned N = 8> using SmallVector = std::vector<T>;

using std::nullopt;
using std::nullopt_t;
using std::optional;
template <typename T> std::optional<std::decay_t<T>> make_optional(T&& value);
using string_view = std::string_view;

using DeviceIndex = int8_t;
struct Device {
    Device(DeviceType, DeviceIndex = -1);
    Device(const char*);
    bool is_cuda() const;
    bool is_cpu() const;
    bool has_index() const;
    DeviceIndex index() const;
    DeviceType type() const;
    std::string str() const;
};
bool operator==(const Device&, const Device&);
bool operator!=(const Device&, const Device&);
bool operator==(const Device&, DeviceType);
std::ostream& operator<<(std::ostream&, const Device&);

}  // namespace c10

// torch::dtype(...) gives options, while a tensor's dtype compares with scalar types.
namespace caffe2 {
struct TypeMeta {
    operator c10::ScalarType() const;
    size_t itemsize() const;
    c10::ScalarType toScalarType() const;
    const char* name() const;
};
bool operator==(const TypeMeta&, c10::ScalarType);
bool operator!=(const TypeMeta&, c10::ScalarType);
bool operator==(const TypeMeta&, const TypeMeta&);
bool operator!=(const TypeMeta&, const TypeMeta&);
std::ostream& operator<<(std::ostream&, const TypeMeta&);
template <typename T> bool is();
}  // namespace caffe2

namespace c10 {

struct TensorOptions {
    TensorOptions();
    TensorOptions(ScalarType);
    TensorOptions(caffe2::TypeMeta);
    TensorOptions(Device);
    TensorOptions(DeviceType);
    TensorOptions(Layout);
    TensorOptions(MemoryFormat);
    template <typename T> TensorOptions dtype(T) const;
    template <typename T> TensorOptions dtype() const;
    template <typename T> TensorOptions device(T) const;
    TensorOptions device(DeviceType, DeviceIndex) const;
    TensorOptions layout(Layout) const;
    TensorOptions requires_grad(bool = true) const;
    TensorOptions memory_format(MemoryFormat) const;
    TensorOptions pinned_memory(bool) const;
    caffe2::TypeMeta dtype() const;
    Device device() const;
};

struct Scalar {
    Scalar();
    template <typename T, typename = std::enable_if_t<std::is_arithmetic_v<T>>> Scalar(T);
    template <typename T> T to() const;
    double toDouble() const;
    float toFloat() const;
    int64_t toLong() const;
    int toInt() const;
    bool toBool() const;
};

template <typename... T> TensorOptions dtype(T...);
template <typename... T> TensorOptions device(T...);
TensorOptions requires_grad(bool = true);

}  // namespace c10

namespace at {

namespace indexing {
struct NoneType {};
constexpr NoneType None{};
struct EllipsisType {};
constexpr EllipsisType Ellipsis{};
struct Slice {
    template <typename... T> Slice(T...);
};
struct TensorIndex {
    template <typename T> TensorIndex(T);
};
}  // namespace indexing

struct Generator {};
class Tensor;
using TensorList = c10::ArrayRef<Tensor>;
using OptionalIntArrayRef = std::optional<IntArrayRef>;

class Tensor {
public:
    Tensor();
    bool defined() const;
    int64_t size(int64_t) const;
    IntArrayRef sizes() const;
    int64_t stride(int64_t) const;
    IntArrayRef strides() const;
    int64_t dim() const;
    int64_t ndimension() const;
    int64_t numel() const;
    size_t nbytes() const;
    int64_t itemsize() const;
    int64_t element_size() const;
    int64_t storage_offset() const;
    int64_t get_device() const;
    int64_t use_count() const;
    caffe2::TypeMeta dtype() const;
    ScalarType scalar_type() const;
    caffe2::TypeMeta type() const;
    Device device() const;
    Layout layout() const;
    TensorOptions options() const;
    MemoryFormat suggest_memory_format() const;
    std::string toString() const;
    void print() const;
    bool is_cuda() const;
    bool is_cpu() const;
    bool is_contiguous(MemoryFormat = MemoryFormat::Contiguous) const;
    bool is_floating_point() const;
    bool is_complex() const;
    bool is_sparse() const;
    bool is_same(const Tensor&) const;
    bool requires_grad() const;
    Tensor& set_requires_grad(bool) const;
    void backward() const;
    template <typename T> T* data_ptr() const;
    template <typename T> const T* const_data_ptr() const;
    template <typename T> T* mutable_data_ptr() const;
    template <typename T> T* data() const;
    void* data_ptr() const;
    const void* const_data_ptr() const;
    void* mutable_data_ptr() const;
    template <typename T> T item() const;
    Scalar item() const;
    template <typename T, size_t N> TensorAccessor<T, N> accessor() const;
    template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
    PackedTensorAccessor32<T, N, Traits> packed_accessor32() const;
    template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
    PackedTensorAccessor64<T, N, Traits> packed_accessor64() const;
    template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits,
              typename Index = int64_t>
    GenericPackedTensorAccessor<T, N, Traits, Index> packed_accessor() const;
    Tensor operator[](int64_t) const;
    Tensor operator[](const Tensor&) const;
    Tensor operator-() const;
    Tensor operator~() const;
    template <typename T> Tensor& operator=(const T&);
    Tensor& operator=(const Tensor&) = default;
    Tensor& operator=(Tensor&&) = default;
    Tensor(const Tensor&) = default;
    template <typename T> Tensor& operator+=(const T&);
    template <typename T> Tensor& operator-=(const T&);
    template <typename T> Tensor& operator*=(const T&);
    template <typename T> Tensor& operator/=(const T&);

    // What takes a list of sizes; braces do not deduce, so these have a type of their own.
#define GATEWRIGHT_SIZED(name) template <typename... T> Tensor name(IntArrayRef, T&&...) const;
#define GATEWRIGHT_METHOD(name) template <typename... T> Tensor name(T&&...) const;
#include "gatewright_torch_methods.inc"
#undef GATEWRIGHT_SIZED
#undef GATEWRIGHT_METHOD

    template <typename... T> std::tuple<Tensor, Tensor> topk(T&&...) const;
    template <typename... T> std::tuple<Tensor, Tensor> sort(T&&...) const;
    template <typename... T> std::vector<Tensor> chunk(T&&...) const;
    template <typename... T> std::vector<Tensor> split(T&&...) const;
    template <typename... T> std::vector<Tensor> unbind(T&&...) const;
    template <typename... T> std::tuple<Tensor, Tensor> max(int64_t, T&&...) const;
    template <typename... T> std::tuple<Tensor, Tensor> min(int64_t, T&&...) const;
    Tensor max() const;
    Tensor min() const;
};

#define GATEWRIGHT_OPERATOR(sign)                                                               \
    Tensor operator sign(const Tensor&, const Tensor&);                                         \
    Tensor operator sign(const Tensor&, const Scalar&);                                         \
    Tensor operator sign(const Scalar&, const Tensor&);
GATEWRIGHT_OPERATOR(+)
GATEWRIGHT_OPERATOR(-)
GATEWRIGHT_OPERATOR(*)
GATEWRIGHT_OPERATOR(/)
GATEWRIGHT_OPERATOR(%)
GATEWRIGHT_OPERATOR(<)
GATEWRIGHT_OPERATOR(>)
GATEWRIGHT_OPERATOR(<=)
GATEWRIGHT_OPERATOR(>=)
GATEWRIGHT_OPERATOR(==)
GATEWRIGHT_OPERATOR(!=)
#undef GATEWRIGHT_OPERATOR
std::ostream& operator<<(std::ostream&, const Tensor&);

std::optional<Device> device_of(const Tensor&);

}  // namespace at
