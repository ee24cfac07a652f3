// Half precision and bfloat16. Every operation computes in float and rounds once, which for these
// formats is what the hardware's own instructions give.
#pragma once

#include "gatewright/intrinsics.h"

namespace gw {

inline uint16_t half_from_float(float value) {
  const uint32_t bits = gw::bits<uint32_t>(value);
  const uint32_t sign = bits >> 16 & 0x8000u, magnitude = bits & 0x7fffffffu;
  if (magnitude > 0x7f800000u) return static_cast<uint16_t>(0x7fffu);
  if (magnitude >= 0x477ff000u) return static_cast<uint16_t>(sign | 0x7c00u);
  if (magnitude < 0x33000001u) return static_cast<uint16_t>(sign);
  int exponent = static_cast<int>(magnitude >> 23) - 112;
  uint32_t mantissa = (magnitude & 0x7fffffu) | 0x800000u;
  int drop = 13;
  if (exponent <= 0) {
    drop += 1 - exponent;
    exponent = 0;
  }
  uint32_t kept = mantissa >> drop;
  const uint32_t rest = mantissa & ((1u << drop) - 1), tie = 1u << (drop - 1);
  if (rest > tie || (rest == tie && (kept & 1))) kept++;
  // A carry out of the mantissa is a step to the next exponent.
  const uint32_t base = exponent == 0 ? 0 : static_cast<uint32_t>(exponent - 1) << 10;
  return static_cast<uint16_t>(sign | (base + kept));
}

inline float float_from_half(uint16_t half) {
  const uint32_t sign = static_cast<uint32_t>(half & 0x8000u) << 16;
  uint32_t exponent = half >> 10 & 31u, mantissa = half & 0x3ffu;
  if (exponent == 31) return gw::bits<float>(sign | 0x7f800000u | mantissa << 13);
  if (exponent == 0) {
    const float tiny = static_cast<float>(mantissa) * 5.9604644775390625e-8f;
    return sign ? -tiny : tiny;
  }
  return gw::bits<float>(sign | (exponent + 112) << 23 | mantissa << 13);
}

inline uint16_t bfloat_from_float(float value) {
  const uint32_t bits = gw::bits<uint32_t>(value);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fffu;
  return static_cast<uint16_t>((bits + 0x7fffu + (bits >> 16 & 1u)) >> 16);
}

inline float float_from_bfloat(uint16_t bfloat) { return gw::bits<float>(static_cast<uint32_t>(bfloat) << 16); }

}  // namespace gw

#define GW_SMALL_FLOAT(name, from_float, to_float)                                              \
  struct alignas(2) name {                                                                       \
    uint16_t __x;                                                                                \
    name() = default;                                                                            \
    template <class T, std::enable_if_t<std::is_arithmetic_v<T>, int> = 0>                       \
    name(T value) : __x(from_float(static_cast<float>(value))) {}                                \
    operator float() const { return to_float(__x); }                                             \
    name& operator+=(name b) { return *this = name(float(*this) + float(b)); }                   \
    name& operator-=(name b) { return *this = name(float(*this) - float(b)); }                   \
    name& operator*=(name b) { return *this = name(float(*this) * float(b)); }                   \
    name& operator/=(name b) { return *this = name(float(*this) / float(b)); }                   \
    name operator-() const { return name(-float(*this)); }                                       \
    name operator+() const { return *this; }                                                     \
    name& operator++() { return *this = name(float(*this) + 1.0f); }                             \
  };                                                                                             \
  static inline name operator+(name a, name b) { return name(float(a) + float(b)); }             \
  static inline name operator-(name a, name b) { return name(float(a) - float(b)); }             \
  static inline name operator*(name a, name b) { return name(float(a) * float(b)); }             \
  static inline name operator/(name a, name b) { return name(float(a) / float(b)); }             \
  static inline bool operator<(name a, name b) { return float(a) < float(b); }                   \
  static inline bool operator>(name a, name b) { return float(a) > float(b); }                   \
  static inline bool operator<=(name a, name b) { return float(a) <= float(b); }                 \
  static inline bool operator>=(name a, name b) { return float(a) >= float(b); }                 \
  static inline bool operator==(name a, name b) { return float(a) == float(b); }                 \
  static inline bool operator!=(name a, name b) { return float(a) != float(b); }                 \
  GW_SMALL_FLOAT_MIXED(name, +, float)                                                           \
  GW_SMALL_FLOAT_MIXED(name, -, float)                                                           \
  GW_SMALL_FLOAT_MIXED(name, *, float)                                                           \
  GW_SMALL_FLOAT_MIXED(name, /, float)                                                           \
  GW_SMALL_FLOAT_MIXED(name, <, bool)                                                            \
  GW_SMALL_FLOAT_MIXED(name, >, bool)                                                            \
  GW_SMALL_FLOAT_MIXED(name, <=, bool)                                                           \
  GW_SMALL_FLOAT_MIXED(name, >=, bool)                                                           \
  GW_SMALL_FLOAT_MIXED(name, ==, bool)                                                           \
  GW_SMALL_FLOAT_MIXED(name, !=, bool)
#define GW_SMALL_FLOAT_MIXED(name, op, result)                               \
  static inline result operator op(name a, float b) { return float(a) op b; } \
  static inline result operator op(float a, name b) { return a op float(b); }

GW_SMALL_FLOAT(__half, gw::half_from_float, gw::float_from_half)
GW_SMALL_FLOAT(__nv_bfloat16, gw::bfloat_from_float, gw::float_from_bfloat)
typedef __half half;
typedef __nv_bfloat16 nv_bfloat16;
struct __half_raw {
  unsigned short x;
};

#define GW_SMALL_PAIR(pair, name)                                                               \
  struct alignas(4) pair {                                                                       \
    name x, y;                                                                                   \
    pair() = default;                                                                            \
    pair(name x, name y) : x(x), y(y) {}                                                         \
    pair& operator+=(pair b) { return x += b.x, y += b.y, *this; }                               \
    pair& operator-=(pair b) { return x -= b.x, y -= b.y, *this; }                               \
    pair& operator*=(pair b) { return x *= b.x, y *= b.y, *this; }                               \
    pair operator-() const { return {-x, -y}; }                                                  \
  };                                                                                             \
  static inline pair operator+(pair a, pair b) { return {a.x + b.x, a.y + b.y}; }                \
  static inline pair operator-(pair a, pair b) { return {a.x - b.x, a.y - b.y}; }                \
  static inline pair operator*(pair a, pair b) { return {a.x * b.x, a.y * b.y}; }                \
  static inline pair operator/(pair a, pair b) { return {a.x / b.x, a.y / b.y}; }                \
  static inline bool operator==(pair a, pair b) { return a.x == b.x && a.y == b.y; }             \
  static inline bool operator!=(pair a, pair b) { return !(a == b); }
GW_SMALL_PAIR(__half2, __half)
GW_SMALL_PAIR(__nv_bfloat162, __nv_bfloat16)
typedef __half2 half2;
typedef __nv_bfloat162 nv_bfloat162;

// The functions that both formats have under the same names.
#define GW_SMALL_FUNCTIONS(name, pair)                                                           \
  static inline name __hadd(name a, name b) { return a + b; }                                    \
  static inline name __hsub(name a, name b) { return a - b; }                                    \
  static inline name __hmul(name a, name b) { return a * b; }                                    \
  static inline name __hdiv(name a, name b) { return a / b; }                                    \
  static inline name __hadd_rn(name a, name b) { return a + b; }                                 \
  static inline name __hmul_rn(name a, name b) { return a * b; }                                 \
  static inline name __hfma(name a, name b, name c) { return name(fmaf(float(a), float(b), float(c))); } \
  static inline name __hneg(name a) { return -a; }                                               \
  static inline name __habs(name a) { return name(fabsf(float(a))); }                            \
  static inline name __hmax(name a, name b) { return name(fmaxf(float(a), float(b))); }          \
  static inline name __hmin(name a, name b) { return name(fminf(float(a), float(b))); }          \
  static inline bool __hlt(name a, name b) { return a < b; }                                     \
  static inline bool __hle(name a, name b) { return a <= b; }                                    \
  static inline bool __hgt(name a, name b) { return a > b; }                                     \
  static inline bool __hge(name a, name b) { return a >= b; }                                    \
  static inline bool __heq(name a, name b) { return a == b; }                                    \
  static inline bool __hne(name a, name b) { return a != b; }                                    \
  static inline bool __hisnan(name a) { return float(a) != float(a); }                           \
  static inline int __hisinf(name a) { return std::isinf(float(a)) ? (float(a) < 0 ? -1 : 1) : 0; } \
  static inline name hexp(name a) { return name(expf(float(a))); }                               \
  static inline name hexp2(name a) { return name(exp2f(float(a))); }                             \
  static inline name hlog(name a) { return name(logf(float(a))); }                               \
  static inline name hlog2(name a) { return name(log2f(float(a))); }                             \
  static inline name hsqrt(name a) { return name(sqrtf(float(a))); }                             \
  static inline name hrsqrt(name a) { return name(1.0f / sqrtf(float(a))); }                     \
  static inline name hrcp(name a) { return name(1.0f / float(a)); }                              \
  static inline name hsin(name a) { return name(sinf(float(a))); }                               \
  static inline name hcos(name a) { return name(cosf(float(a))); }                               \
  static inline name htanh(name a) { return name(tanhf(float(a))); }                             \
  static inline name hfloor(name a) { return name(floorf(float(a))); }                           \
  static inline name hceil(name a) { return name(ceilf(float(a))); }                             \
  static inline pair __hadd2(pair a, pair b) { return a + b; }                                   \
  static inline pair __hsub2(pair a, pair b) { return a - b; }                                   \
  static inline pair __hmul2(pair a, pair b) { return a * b; }                                   \
  static inline pair __h2div(pair a, pair b) { return a / b; }                                   \
  static inline pair __hfma2(pair a, pair b, pair c) { return {__hfma(a.x, b.x, c.x), __hfma(a.y, b.y, c.y)}; } \
  static inline pair __hneg2(pair a) { return -a; }                                              \
  static inline pair __habs2(pair a) { return {__habs(a.x), __habs(a.y)}; }                      \
  static inline pair __hmax2(pair a, pair b) { return {__hmax(a.x, b.x), __hmax(a.y, b.y)}; }    \
  static inline pair __hmin2(pair a, pair b) { return {__hmin(a.x, b.x), __hmin(a.y, b.y)}; }    \
  static inline pair h2exp(pair a) { return {hexp(a.x), hexp(a.y)}; }                            \
  static inline pair h2sqrt(pair a) { return {hsqrt(a.x), hsqrt(a.y)}; }                         \
  static inline pair h2rsqrt(pair a) { return {hrsqrt(a.x), hrsqrt(a.y)}; }                      \
  static inline pair h2tanh(pair a) { return {htanh(a.x), htanh(a.y)}; }
GW_SMALL_FUNCTIONS(__half, __half2)
GW_SMALL_FUNCTIONS(__nv_bfloat16, __nv_bfloat162)

#define GW_SMALL_CONVERSIONS(name, pair, word, pair_word)                                        \
  static inline name __float2##word(float a) { return name(a); }                                 \
  static inline name __float2##word##_rn(float a) { return name(a); }                            \
  static inline name __double2##word(double a) { return name(static_cast<float>(a)); }           \
  static inline name __int2##word##_rn(int a) { return name(static_cast<float>(a)); }            \
  static inline name __uint2##word##_rn(unsigned a) { return name(static_cast<float>(a)); }      \
  static inline float __##word##2float(name a) { return float(a); }                              \
  static inline int __##word##2int_rn(name a) { return __float2int_rn(float(a)); }               \
  static inline int __##word##2int_rz(name a) { return __float2int_rz(float(a)); }               \
  static inline short __##word##_as_short(name a) { return static_cast<short>(a.__x); }          \
  static inline unsigned short __##word##_as_ushort(name a) { return a.__x; }                    \
  static inline name __short_as_##word(short a) { return gw::bits<name>(a); }                    \
  static inline name __ushort_as_##word(unsigned short a) { return gw::bits<name>(a); }          \
  static inline pair __float2##pair_word##_rn(float a) { return {name(a), name(a)}; }            \
  static inline pair __floats2##pair_word##_rn(float a, float b) { return {name(a), name(b)}; }  \
  static inline pair __float22##pair_word##_rn(float2 a) { return {name(a.x), name(a.y)}; }      \
  static inline float2 __##pair_word##2float2(pair a) { return {float(a.x), float(a.y)}; }       \
  static inline pair __##word##2##pair_word(name a) { return {a, a}; }                           \
  static inline pair __##word##s2##pair_word(name a, name b) { return {a, b}; }                  \
  static inline pair make_##pair_word(name a, name b) { return {a, b}; }
GW_SMALL_CONVERSIONS(__half, __half2, half, half2)
GW_SMALL_CONVERSIONS(__nv_bfloat16, __nv_bfloat162, bfloat16, bfloat162)
static inline float __low2float(__half2 a) { return float(a.x); }
static inline float __high2float(__half2 a) { return float(a.y); }
static inline float __low2float(__nv_bfloat162 a) { return float(a.x); }
static inline float __high2float(__nv_bfloat162 a) { return float(a.y); }
static inline __half __low2half(__half2 a) { return a.x; }
static inline __half __high2half(__half2 a) { return a.y; }
static inline __nv_bfloat16 __low2bfloat16(__nv_bfloat162 a) { return a.x; }
static inline __nv_bfloat16 __high2bfloat16(__nv_bfloat162 a) { return a.y; }
static inline __half2 __halves2half2(__half a, __half b) { return {a, b}; }
static inline __half2 __lowhigh2highlow(__half2 a) { return {a.y, a.x}; }
