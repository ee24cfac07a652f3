// Scalar types: torch's names for the element types, and what a dispatch is made on.
#pragma once

#define C10_HOST_DEVICE __host__ __device__
#define C10_DEVICE __device__
#define C10_HOST __host__
#define C10_RESTRICT __restrict__
#define C10_ALWAYS_INLINE inline __attribute__((always_inline))
#define C10_UNLIKELY(condition) (condition)
#define C10_LIKELY(condition) (condition)
#define C10_LAUNCH_BOUNDS_0 __launch_bounds__(256, 4)
#define C10_LAUNCH_BOUNDS_1(threads) __launch_bounds__(threads)
#define C10_LAUNCH_BOUNDS_2(threads, blocks) __launch_bounds__(threads, blocks)
#define C10_WARP_SIZE 32

struct __half;
struct __nv_bfloat16;

namespace c10 {

// The half types hold CUDA's own bits and compute in float. CUDA's headers for them are large, so
// what converts to and from CUDA's types is made only where a source has them.
template <typename T, typename Wanted> using IfSame = std::enable_if_t<std::is_same_v<T, Wanted>, int>;

struct alignas(2) Half {
    unsigned short x;
    struct from_bits_t {};
    Half() = default;
    __host__ __device__ Half(unsigned short bits, from_bits_t) : x(bits) {}
    __host__ __device__ Half(float value) {
#ifdef __CUDA_ARCH__
        asm("cvt.rn.f16.f32 %0, %1;" : "=h"(x) : "f"(value));
#endif
    }
    __host__ __device__ operator float() const {
        float value = 0;
#ifdef __CUDA_ARCH__
        asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(x));
#endif
        return value;
    }
    template <typename T, IfSame<T, __half> = 0>
    __host__ __device__ Half(const T& value) : x(reinterpret_cast<const unsigned short&>(value)) {}
    template <typename T, IfSame<T, __half> = 0> __host__ __device__ operator T() const {
        return reinterpret_cast<const T&>(x);
    }
};

struct alignas(2) BFloat16 {
    unsigned short x;
    struct from_bits_t {};
    BFloat16() = default;
    __host__ __device__ BFloat16(unsigned short bits, from_bits_t) : x(bits) {}
    __host__ __device__ BFloat16(float value) {
#ifdef __CUDA_ARCH__
        const unsigned bits = __float_as_uint(value);
        x = value != value ? 0x7fc0 : (bits + 0x7fff + (bits >> 16 & 1)) >> 16;
#endif
    }
    __host__ __device__ operator float() const {
#ifdef __CUDA_ARCH__
        return __uint_as_float(static_cast<unsigned>(x) << 16);
#else
        return 0;
#endif
    }
    template <typename T, IfSame<T, __nv_bfloat16> = 0>
    __host__ __device__ BFloat16(const T& value)
        : x(reinterpret_cast<const unsigned short&>(value)) {}
    template <typename T, IfSame<T, __nv_bfloat16> = 0>
    explicit __host__ __device__ operator T() const {
        return reinterpret_cast<const T&>(x);
    }
};

#define GATEWRIGHT_ARITHMETIC(type)                                                             \
    __host__ __device__ inline type operator+(type a, type b) { return float(a) + float(b); }   \
    __host__ __device__ inline type operator-(type a, type b) { return float(a) - float(b); }   \
    __host__ __device__ inline type operator*(type a, type b) { return float(a) * float(b); }   \
    __host__ __device__ inline type operator/(type a, type b) { return float(a) / float(b); }   \
    __host__ __device__ inline type operator-(type a) { return -float(a); }                     \
    __host__ __device__ inline type& operator+=(type& a, type b) { return a = a + b; }          \
    __host__ __device__ inline type& operator-=(type& a, type b) { return a = a - b; }          \
    __host__ __device__ inline type& operator*=(type& a, type b) { return a = a * b; }          \
    __host__ __device__ inline type& operator/=(type& a, type b) { return a = a / b; }
GATEWRIGHT_ARITHMETIC(Half)
GATEWRIGHT_ARITHMETIC(BFloat16)
#undef GATEWRIGHT_ARITHMETIC

enum class ScalarType : int8_t {
    Byte,
    Char,
    Short,
    Int,
    Long,
    Half,
    Float,
    Double,
    ComplexHalf,
    ComplexFloat,
    ComplexDouble,
    Bool,
    QInt8,
    QUInt8,
    QInt32,
    BFloat16,
    Float8_e5m2,
    Float8_e4m3fn,
    UInt16,
    UInt32,
    UInt64,
    Undefined
};
enum class DeviceType : int8_t { CPU, CUDA, Meta };
enum class MemoryFormat : int8_t { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };
enum class Layout : int8_t { Strided, Sparse };

constexpr ScalarType kByte = ScalarType::Byte, kUInt8 = ScalarType::Byte,
                     kChar = ScalarType::Char, kInt8 = ScalarType::Char,
                     kShort = ScalarType::Short, kInt16 = ScalarType::Short,
                     kInt = ScalarType::Int, kInt32 = ScalarType::Int, kLong = ScalarType::Long,
                     kInt64 = ScalarType::Long, kHalf = ScalarType::Half,
                     kFloat16 = ScalarType::Half, kFloat = ScalarType::Float,
                     kFloat32 = ScalarType::Float, kDouble = ScalarType::Double,
                     kFloat64 = ScalarType::Double, kBool = ScalarType::Bool,
                     kBFloat16 = ScalarType::BFloat16, kF32 = ScalarType::Float;
constexpr DeviceType kCPU = DeviceType::CPU, kCUDA = DeviceType::CUDA;
constexpr Layout kStrided = Layout::Strided;

template <typename T> struct CppTypeToScalarType;
template <ScalarType> struct ScalarTypeToCPPType;
#define GATEWRIGHT_SCALAR(cpp, name)                                                            \
    template <> struct CppTypeToScalarType<cpp> {                                               \
        static constexpr ScalarType value = ScalarType::name;                                   \
        constexpr operator ScalarType() const { return value; }                                 \
    };                                                                                          \
    template <> struct ScalarTypeToCPPType<ScalarType::name> { using type = cpp; };
GATEWRIGHT_SCALAR(uint8_t, Byte)
GATEWRIGHT_SCALAR(int8_t, Char)
GATEWRIGHT_SCALAR(int16_t, Short)
GATEWRIGHT_SCALAR(int32_t, Int)
GATEWRIGHT_SCALAR(int64_t, Long)
GATEWRIGHT_SCALAR(Half, Half)
GATEWRIGHT_SCALAR(float, Float)
GATEWRIGHT_SCALAR(double, Double)
GATEWRIGHT_SCALAR(bool, Bool)
GATEWRIGHT_SCALAR(BFloat16, BFloat16)
#undef GATEWRIGHT_SCALAR

const char* toString(ScalarType);
size_t elementSize(ScalarType);
bool isFloatingType(ScalarType);
bool isIntegralType(ScalarType, bool);

}  // namespace c10

namespace at {
using namespace c10;

// What sums of a type are kept in on the device.
template <typename T, bool on_device = true> struct AccumulateType { using type = T; };
template <bool on_device> struct AccumulateType<Half, on_device> { using type = float; };
template <bool on_device> struct AccumulateType<BFloat16, on_device> { using type = float; };
template <bool on_device> struct AccumulateType<int32_t, on_device> { using type = int64_t; };
template <typename T, bool on_device = true>
using acc_type = typename AccumulateType<T, on_device>::type;
template <typename T> struct OpMathType { using type = T; };
template <> struct OpMathType<Half> { using type = float; };
template <> struct OpMathType<BFloat16> { using type = float; };
template <typename T> using opmath_type = typename OpMathType<T>::type;

template <typename T> __host__ __device__ constexpr T ceil_div(T a, T b) { return (a + b - 1) / b; }
int64_t maybe_wrap_dim(int64_t, int64_t, bool = true);
}  // namespace at
