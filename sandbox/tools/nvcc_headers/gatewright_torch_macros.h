// Checks, dispatch over element types, bindings.
#pragma once

namespace gatewright {
template <typename... T> void said(const T&...);
[[noreturn]] void stop();
}  // namespace gatewright

#define TORCH_CHECK(condition, ...)                                                             \
    do {                                                                                        \
        if (!(condition)) {                                                                     \
            ::gatewright::said(__VA_ARGS__);                                                    \
            ::gatewright::stop();                                                               \
        }                                                                                       \
    } while (0)
#define TORCH_CHECK_EQ(a, b) TORCH_CHECK((a) == (b))
#define TORCH_CHECK_VALUE TORCH_CHECK
#define TORCH_CHECK_TYPE TORCH_CHECK
#define TORCH_CHECK_INDEX TORCH_CHECK
#define TORCH_CHECK_NOT_IMPLEMENTED TORCH_CHECK
#define TORCH_INTERNAL_ASSERT TORCH_CHECK
#define AT_ASSERT TORCH_CHECK
#define AT_ASSERTM TORCH_CHECK
#define AT_ERROR(...)                                                                           \
    do {                                                                                        \
        ::gatewright::said(__VA_ARGS__);                                                        \
        ::gatewright::stop();                                                                   \
    } while (0)
#define TORCH_WARN(...) ::gatewright::said(__VA_ARGS__)
#define TORCH_WARN_ONCE(...) ::gatewright::said(__VA_ARGS__)
#define TORCH_API
#define TORCH_CUDA_CPP_API
#define TORCH_CUDA_CU_API

#define AT_PRIVATE_CASE_TYPE_USING_HINT(scalar, hint, ...)                                      \
    case scalar: {                                                                              \
        using hint [[maybe_unused]] = typename c10::ScalarTypeToCPPType<scalar>::type;          \
        return __VA_ARGS__();                                                                   \
    }
#define AT_DISPATCH_CASE(scalar, ...)                                                           \
    AT_PRIVATE_CASE_TYPE_USING_HINT(scalar, scalar_t, __VA_ARGS__)
#define AT_DISPATCH_SWITCH(type, name, ...)                                                     \
    [&] {                                                                                       \
        switch (static_cast<c10::ScalarType>(type)) {                                           \
            __VA_ARGS__                                                                         \
            default:                                                                            \
                ::gatewright::stop();                                                           \
        }                                                                                       \
    }()

#define AT_DISPATCH_CASE_FLOATING_TYPES(...)                                                    \
    AT_DISPATCH_CASE(c10::ScalarType::Double, __VA_ARGS__)                                      \
    AT_DISPATCH_CASE(c10::ScalarType::Float, __VA_ARGS__)
#define AT_DISPATCH_CASE_INTEGRAL_TYPES(...)                                                    \
    AT_DISPATCH_CASE(c10::ScalarType::Byte, __VA_ARGS__)                                        \
    AT_DISPATCH_CASE(c10::ScalarType::Char, __VA_ARGS__)                                        \
    AT_DISPATCH_CASE(c10::ScalarType::Int, __VA_ARGS__)                                         \
    AT_DISPATCH_CASE(c10::ScalarType::Long, __VA_ARGS__)                                        \
    AT_DISPATCH_CASE(c10::ScalarType::Short, __VA_ARGS__)
#define AT_DISPATCH_CASE_ALL_TYPES(...)                                                         \
    AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__) AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)

#define AT_DISPATCH_FLOATING_TYPES(type, name, ...)                                             \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND_HALF(type, name, ...)                                    \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)                 \
                                       AT_DISPATCH_CASE(c10::ScalarType::Half, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND(one, type, name, ...)                                    \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)                 \
                                       AT_DISPATCH_CASE(one, __VA_ARGS__))
#define AT_DISPATCH_FLOATING_TYPES_AND2(one, two, type, name, ...)                              \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_FLOATING_TYPES(__VA_ARGS__)                 \
                                       AT_DISPATCH_CASE(one, __VA_ARGS__)                       \
                                           AT_DISPATCH_CASE(two, __VA_ARGS__))
#define AT_DISPATCH_INTEGRAL_TYPES(type, name, ...)                                             \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_INTEGRAL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_INDEX_TYPES(type, name, ...)                                                \
    AT_DISPATCH_SWITCH(type, name,                                                              \
                       AT_PRIVATE_CASE_TYPE_USING_HINT(c10::ScalarType::Int, index_t,           \
                                                       __VA_ARGS__)                             \
                           AT_PRIVATE_CASE_TYPE_USING_HINT(c10::ScalarType::Long, index_t,      \
                                                           __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES(type, name, ...)                                                  \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND(one, type, name, ...)                                         \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__)                      \
                                       AT_DISPATCH_CASE(one, __VA_ARGS__))
#define AT_DISPATCH_ALL_TYPES_AND2(one, two, type, name, ...)                                   \
    AT_DISPATCH_SWITCH(type, name, AT_DISPATCH_CASE_ALL_TYPES(__VA_ARGS__)                      \
                                       AT_DISPATCH_CASE(one, __VA_ARGS__)                       \
                                           AT_DISPATCH_CASE(two, __VA_ARGS__))
