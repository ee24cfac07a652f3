// torch's small types: element types, devices, options, lists of sizes.
#pragma once

#include "gatewright/half.h"

namespace c10 {

struct Half : __half {
  Half() = default;
  Half(__half other) : __half(other) {}
  template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  Half(T value) : __half(value) {}
};
struct BFloat16 : __nv_bfloat16 {
  BFloat16() = default;
  BFloat16(__nv_bfloat16 other) : __nv_bfloat16(other) {}
  template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>
  BFloat16(T value) : __nv_bfloat16(value) {}
};

enum class ScalarType : int8_t {
  Byte, Char, Short, Int, Long, Half, Float, Double,
  ComplexHalf, ComplexFloat, ComplexDouble, Bool, QInt8, QUInt8, QInt32, BFloat16,
  Undefined = 127,
};
const char* toString(ScalarType type);
size_t elementSize(ScalarType type);
inline bool isFloatingType(ScalarType type) {
  return type == ScalarType::Float || type == ScalarType::Double || type == ScalarType::Half ||
         type == ScalarType::BFloat16;
}

template <class T>
struct CppTypeToScalarType;
#define GW_SCALAR(type, name) \
  template <>                 \
  struct CppTypeToScalarType<type> : std::integral_constant<ScalarType, ScalarType::name> {};
GW_SCALAR(uint8_t, Byte)
GW_SCALAR(int8_t, Char)
GW_SCALAR(int16_t, Short)
GW_SCALAR(int, Int)
GW_SCALAR(long, Long)
GW_SCALAR(long long, Long)
GW_SCALAR(float, Float)
GW_SCALAR(double, Double)
GW_SCALAR(bool, Bool)
GW_SCALAR(c10::Half, Half)
GW_SCALAR(__half, Half)
GW_SCALAR(c10::BFloat16, BFloat16)
GW_SCALAR(__nv_bfloat16, BFloat16)
#undef GW_SCALAR

enum class DeviceType : int8_t { CPU = 0, CUDA = 1 };
using DeviceIndex = int8_t;
struct Device {
  DeviceType kind = DeviceType::CPU;
  DeviceIndex number = -1;
  Device(DeviceType kind = DeviceType::CPU, int number = -1) : kind(kind), number(static_cast<DeviceIndex>(number)) {}
  Device(const char* name) : kind(std::string(name).rfind("cuda", 0) == 0 ? DeviceType::CUDA : DeviceType::CPU) {}
  Device(const std::string& name) : Device(name.c_str()) {}
  bool is_cuda() const { return kind == DeviceType::CUDA; }
  bool is_cpu() const { return kind == DeviceType::CPU; }
  DeviceType type() const { return kind; }
  DeviceIndex index() const { return is_cuda() ? 0 : number; }
  bool has_index() const { return number >= 0; }
  std::string str() const { return is_cuda() ? "cuda:0" : "cpu"; }
  bool operator==(const Device& other) const { return kind == other.kind; }
  bool operator!=(const Device& other) const { return kind != other.kind; }
};

enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };
enum class Layout : int8_t { Strided, Sparse };

template <class T>
using optional = std::optional<T>;
using nullopt_t = std::nullopt_t;
using std::nullopt;
template <class T>
using intrusive_ptr = std::shared_ptr<T>;

// A list that somebody else owns; lists written in braces live to the end of the statement.
template <class T>
class ArrayRef {
 public:
  ArrayRef() = default;
  ArrayRef(const T& one) : data_(&one), size_(1) {}
  ArrayRef(const T* data, size_t size) : data_(data), size_(size) {}
  ArrayRef(const T* begin, const T* end) : data_(begin), size_(static_cast<size_t>(end - begin)) {}
  ArrayRef(const std::vector<T>& list) : data_(list.data()), size_(list.size()) {}
  ArrayRef(std::initializer_list<T> list) : data_(list.begin()), size_(list.size()) {}
  template <size_t N>
  ArrayRef(const std::array<T, N>& list) : data_(list.data()), size_(N) {}
  template <size_t N>
  ArrayRef(const T (&list)[N]) : data_(list), size_(N) {}
  const T& operator[](size_t i) const { return data_[i]; }
  const T& at(size_t i) const { return i < size_ ? data_[i] : throw std::out_of_range("ArrayRef"); }
  const T& front() const { return data_[0]; }
  const T& back() const { return data_[size_ - 1]; }
  const T* begin() const { return data_; }
  const T* end() const { return data_ + size_; }
  const T* data() const { return data_; }
  size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  std::vector<T> vec() const { return std::vector<T>(begin(), end()); }
  ArrayRef slice(size_t from, size_t count) const { return {data_ + from, count}; }
  ArrayRef slice(size_t from) const { return {data_ + from, size_ - from}; }
  bool equals(ArrayRef other) const { return std::equal(begin(), end(), other.begin(), other.end()); }
  operator std::vector<T>() const { return vec(); }

 private:
  const T* data_ = nullptr;
  size_t size_ = 0;
};
template <class T>
bool operator==(ArrayRef<T> a, ArrayRef<T> b) { return a.equals(b); }
template <class T>
bool operator!=(ArrayRef<T> a, ArrayRef<T> b) { return !a.equals(b); }
using IntArrayRef = ArrayRef<int64_t>;

struct __attribute__((visibility("default"))) TensorOptions {
  std::optional<ScalarType> type;
  std::optional<Device> where;
  std::optional<bool> gradient;
  std::optional<MemoryFormat> format;

  // Defined in the library (runtime/tensor.cpp), where they need templates.
  TensorOptions();
  TensorOptions(ScalarType type);
  TensorOptions(Device where);
  TensorOptions(DeviceType where);
  TensorOptions(MemoryFormat format);
  TensorOptions dtype(std::optional<ScalarType> t) const;
  template <class T>
  TensorOptions dtype() const { return dtype(CppTypeToScalarType<T>::value); }
  TensorOptions device(std::optional<Device> d) const;
  TensorOptions device(DeviceType kind, int number = -1) const;
  TensorOptions device(const char* name) const;
  TensorOptions device_index(int) const;
  TensorOptions requires_grad(std::optional<bool> g) const;
  TensorOptions memory_format(std::optional<MemoryFormat> f) const;
  TensorOptions layout(Layout) const { return *this; }
  TensorOptions pinned_memory(bool) const { return *this; }
  Device device() const;
  ScalarType dtype() const;
};

// A number of any type.
class Scalar {
 public:
  Scalar() : integral_(true) {}
  Scalar(bool value) : is_bool_(true), integral_(true), whole_(value), real_(value) {}
  template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
  Scalar(T value) : integral_(true), whole_(static_cast<int64_t>(value)), real_(static_cast<double>(value)) {}
  template <class T, std::enable_if_t<!std::is_integral_v<T> && std::is_convertible_v<T, double>, int> = 0>
  Scalar(T value) : whole_(static_cast<int64_t>(static_cast<double>(value))), real_(static_cast<double>(value)) {}
  template <class T>
  T to() const { return integral_ ? static_cast<T>(whole_) : static_cast<T>(real_); }
  double toDouble() const { return real_; }
  float toFloat() const { return static_cast<float>(real_); }
  int64_t toLong() const { return whole_; }
  int toInt() const { return static_cast<int>(whole_); }
  bool toBool() const { return real_ != 0; }
  bool isFloatingPoint() const { return !integral_; }
  bool isIntegral(bool with_bool) const { return integral_ && (with_bool || !is_bool_); }
  bool isBoolean() const { return is_bool_; }

 private:
  bool is_bool_ = false, integral_ = false;
  int64_t whole_ = 0;
  double real_ = 0;
};

// What torch throws: TORCH_CHECK and its like.
class __attribute__((visibility("default"))) Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace c10
