// torch's checks and its dispatch by element type.
#pragma once

#include "gatewright/torch/functions.h"

namespace gw {

// What messages are put together with: streams weigh too much to be read back for every text.
std::string shown_number(double value);
std::string shown_tensor(const at::Tensor& tensor);

template <class T>
std::string shown(const T& value) {
  if constexpr (std::is_same_v<T, char>) return std::string(1, value);
  else if constexpr (std::is_integral_v<T>) return std::to_string(value);
  else if constexpr (std::is_floating_point_v<T>) return shown_number(static_cast<double>(value));
  else if constexpr (std::is_convertible_v<const T&, std::string>) return value;
  else if constexpr (std::is_same_v<T, at::Tensor>) return shown_tensor(value);
  else if constexpr (std::is_convertible_v<const T&, c10::ScalarType>) return c10::toString(value);
  else if constexpr (std::is_convertible_v<const T&, c10::Device>) return c10::Device(value).str();
  else if constexpr (std::is_convertible_v<const T&, double>) return shown_number(static_cast<double>(value));
  else return "(a value)";
}
template <class T>
std::string shown(const c10::ArrayRef<T>& list) {
  std::string text = "[";
  for (size_t i = 0; i < list.size(); i++) text += (i ? ", " : "") + shown(list[i]);
  return text + "]";
}
template <class T>
std::string shown(const std::vector<T>& list) { return shown(c10::ArrayRef<T>(list)); }

template <class... Parts>
std::string joined(const Parts&... parts) { return (std::string() + ... + shown(parts)); }

[[noreturn]] void failed_check(const char* condition, const std::string& message, const char* file, int line);
void check_cuda(int error, const char* call);

}  // namespace gw

#define TORCH_CHECK(condition, ...) \
  ((condition) ? (void)0 : ::gw::failed_check(#condition, ::gw::joined(__VA_ARGS__), __FILE__, __LINE__))
#define TORCH_INTERNAL_ASSERT TORCH_CHECK
#define TORCH_INTERNAL_ASSERT_DEBUG_ONLY(...) ((void)0)
#define TORCH_CHECK_EQ(a, b) TORCH_CHECK((a) == (b))
#define TORCH_CHECK_NE(a, b) TORCH_CHECK((a) != (b))
#define TORCH_CHECK_LT(a, b) TORCH_CHECK((a) < (b))
#define TORCH_CHECK_LE(a, b) TORCH_CHECK((a) <= (b))
#define TORCH_CHECK_GT(a, b) TORCH_CHECK((a) > (b))
#define TORCH_CHECK_GE(a, b) TORCH_CHECK((a) >= (b))
#define TORCH_CHECK_VALUE TORCH_CHECK
#define TORCH_CHECK_INDEX TORCH_CHECK
#define TORCH_CHECK_TYPE TORCH_CHECK
#define TORCH_CHECK_NOT_IMPLEMENTED TORCH_CHECK
#define AT_ASSERTM TORCH_CHECK
#define AT_ASSERT TORCH_CHECK
#define AT_CHECK TORCH_CHECK
#define AT_ERROR(...) ::gw::failed_check("", ::gw::joined(__VA_ARGS__), __FILE__, __LINE__)
#define TORCH_WARN(...) ((void)0)
#define TORCH_WARN_ONCE(...) ((void)0)
#define C10_CUDA_CHECK(call) ::gw::check_cuda(call, #call)
#define C10_CUDA_CHECK_WARN(call) ((void)(call))
#define C10_CUDA_ERROR_HANDLED(call) (call)
#define AT_CUDA_CHECK C10_CUDA_CHECK
#define TORCH_CUDA_CHECK C10_CUDA_CHECK
#define CUDA_CHECK_ERRORS() C10_CUDA_CHECK(cudaGetLastError())
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())
#define TORCH_CUDA_KERNEL_LAUNCH_CHECK C10_CUDA_KERNEL_LAUNCH_CHECK
#define CUDA_KERNEL_LOOP_TYPE(i, n, type)                                                   \
  for (type i = static_cast<type>(blockIdx.x) * blockDim.x + threadIdx.x; i < (n); i += blockDim.x * gridDim.x)
#define CUDA_KERNEL_LOOP(i, n) CUDA_KERNEL_LOOP_TYPE(i, n, int64_t)
#define CUDA_1D_KERNEL_LOOP CUDA_KERNEL_LOOP
#define C10_UNLIKELY(x) (x)
#define C10_LIKELY(x) (x)
#define C10_WARP_SIZE 32
#define C10_HOST_DEVICE
#define C10_DEVICE
#define C10_HOST
#define C10_ALWAYS_INLINE inline
#define C10_LAUNCH_BOUNDS_0
#define C10_LAUNCH_BOUNDS_1(...)
#define C10_LAUNCH_BOUNDS_2(...)
#define C10_RESTRICT __restrict__
#define TORCH_API
#define WARP_SHFL_DOWN(value, by) __shfl_down_sync(0xffffffffu, value, by)

#define GW_CASE(name, type, ...)        \
  case ::c10::ScalarType::name: {       \
    using scalar_t = type;              \
    return __VA_ARGS__();               \
  }
#define AT_DISPATCH_CASE(name, ...)                                            \
  case name: {                                                                 \
    using scalar_t = typename ::gw::ElementOf<name>::type;                     \
    return __VA_ARGS__();                                                      \
  }
#define AT_DISPATCH_SWITCH(type, name, ...)                                    \
  [&] {                                                                        \
    const ::c10::ScalarType gw_type = (type);                                  \
    switch (gw_type) {                                                         \
      __VA_ARGS__                                                              \
      default:                                                                 \
        AT_ERROR("\"", name, "\" not implemented for '", ::c10::toString(gw_type), "'"); \
    }                                                                          \
  }()
#define GW_FLOATING(...) GW_CASE(Float, float, __VA_ARGS__) GW_CASE(Double, double, __VA_ARGS__)
#define GW_INTEGRAL(...)                                                                        \
  GW_CASE(Byte, uint8_t, __VA_ARGS__) GW_CASE(Char, int8_t, __VA_ARGS__)                        \
  GW_CASE(Short, int16_t, __VA_ARGS__) GW_CASE(Int, int32_t, __VA_ARGS__) GW_CASE(Long, int64_t, __VA_ARGS__)
#define AT_DISPATCH_FLOATING_TYPES(type, name, ...) AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND_HALF(type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) GW_CASE(Half, ::c10::Half, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND(one, type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) AT_DISPATCH_CASE(one, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND2(one, two, type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) AT_DISPATCH_CASE(one, __VA_ARGS__) AT_DISPATCH_CASE(two, __VA_ARGS__))
#define AT_DISPATCH_REDUCED_FLOATING_TYPES(type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_CASE(Half, ::c10::Half, __VA_ARGS__) GW_CASE(BFloat16, ::c10::BFloat16, __VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(type, name, ...) AT_DISPATCH_SWITCH(type, name, GW_INTEGRAL(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) GW_INTEGRAL(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND(one, type, name, ...) \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) GW_INTEGRAL(__VA_ARGS__) AT_DISPATCH_CASE(one, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND2(one, two, type, name, ...)                                       \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) GW_INTEGRAL(__VA_ARGS__) AT_DISPATCH_CASE(one, __VA_ARGS__) \
                                     AT_DISPATCH_CASE(two, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND3(one, two, three, type, name, ...)                                \
  AT_DISPATCH_SWITCH(type, name, GW_FLOATING(__VA_ARGS__) GW_INTEGRAL(__VA_ARGS__) AT_DISPATCH_CASE(one, __VA_ARGS__) \
                                     AT_DISPATCH_CASE(two, __VA_ARGS__) AT_DISPATCH_CASE(three, __VA_ARGS__))
#define AT_DISPATCH_INDEX_TYPES(type, name, ...)                                                    \
  [&] {                                                                                             \
    if ((type) == ::c10::ScalarType::Int) {                                                         \
      using index_t = int32_t;                                                                      \
      return __VA_ARGS__();                                                                         \
    }                                                                                               \
    using index_t = int64_t;                                                                        \
    return __VA_ARGS__();                                                                           \
  }()

namespace gw {
template <c10::ScalarType name>
struct ElementOf;
#define GW_ELEMENT(name, element)                \
  template <>                                    \
  struct ElementOf<c10::ScalarType::name> {      \
    using type = element;                        \
  };
GW_ELEMENT(Half, c10::Half)
GW_ELEMENT(BFloat16, c10::BFloat16)
GW_ELEMENT(Float, float)
GW_ELEMENT(Double, double)
GW_ELEMENT(Byte, uint8_t)
GW_ELEMENT(Char, int8_t)
GW_ELEMENT(Short, int16_t)
GW_ELEMENT(Int, int32_t)
GW_ELEMENT(Long, int64_t)
GW_ELEMENT(Bool, bool)
#undef GW_ELEMENT
}  // namespace gw
