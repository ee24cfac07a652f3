// Device mathematics: CUDA's overloads and names over the host's library.
#pragma once

#include "gatewright/qualifiers.h"

// CUDA's min and max: non-templates, which win over std's where both are visible.
#define GW_MIN_MAX(type)                                                 \
  static inline type min(type a, type b) { return b < a ? b : a; }       \
  static inline type max(type a, type b) { return a < b ? b : a; }
#define GW_MIN_MAX_MIXED(result, left, right)                                                         \
  static inline result min(left a, right b) { return min(static_cast<result>(a), static_cast<result>(b)); } \
  static inline result max(left a, right b) { return max(static_cast<result>(a), static_cast<result>(b)); }
GW_MIN_MAX(int)
GW_MIN_MAX(unsigned)
GW_MIN_MAX(long)
GW_MIN_MAX(unsigned long)
GW_MIN_MAX(long long)
GW_MIN_MAX(unsigned long long)
GW_MIN_MAX_MIXED(unsigned, int, unsigned)
GW_MIN_MAX_MIXED(unsigned, unsigned, int)
GW_MIN_MAX_MIXED(unsigned long, long, unsigned long)
GW_MIN_MAX_MIXED(unsigned long, unsigned long, long)
GW_MIN_MAX_MIXED(unsigned long long, long long, unsigned long long)
GW_MIN_MAX_MIXED(unsigned long long, unsigned long long, long long)
// Of a NaN and a number the number, as fminf and fmaxf.
static inline float min(float a, float b) { return fminf(a, b); }
static inline float max(float a, float b) { return fmaxf(a, b); }
static inline double min(double a, double b) { return fmin(a, b); }
static inline double max(double a, double b) { return fmax(a, b); }
static inline double min(float a, double b) { return fmin(static_cast<double>(a), b); }
static inline double min(double a, float b) { return fmin(a, static_cast<double>(b)); }
static inline double max(float a, double b) { return fmax(static_cast<double>(a), b); }
static inline double max(double a, float b) { return fmax(a, static_cast<double>(b)); }
static inline unsigned umin(unsigned a, unsigned b) { return min(a, b); }
static inline unsigned umax(unsigned a, unsigned b) { return max(a, b); }
static inline long long llmin(long long a, long long b) { return min(a, b); }
static inline long long llmax(long long a, long long b) { return max(a, b); }

static inline float rsqrtf(float x) { return 1.0f / sqrtf(x); }
static inline double rsqrt(double x) { return 1.0 / ::sqrt(x); }
static inline float rsqrt(float x) { return rsqrtf(x); }
static inline float rcbrtf(float x) { return 1.0f / cbrtf(x); }
static inline double rcbrt(double x) { return 1.0 / ::cbrt(x); }
static inline float sinpif(float x) { return static_cast<float>(::sin(3.14159265358979323846 * x)); }
static inline float cospif(float x) { return static_cast<float>(::cos(3.14159265358979323846 * x)); }
static inline double sinpi(double x) { return ::sin(3.14159265358979323846 * x); }
static inline double cospi(double x) { return ::cos(3.14159265358979323846 * x); }
static inline void sincospif(float x, float* s, float* c) { *s = sinpif(x), *c = cospif(x); }
static inline float erfcxf(float x) { return static_cast<float>(::exp(double{x} * x) * ::erfc(double{x})); }
static inline double erfcx(double x) { return ::exp(x * x) * ::erfc(x); }
static inline float normcdff(float x) { return static_cast<float>(0.5 * ::erfc(-double{x} * 0.70710678118654752440)); }
static inline double normcdf(double x) { return 0.5 * ::erfc(-x * 0.70710678118654752440); }
static inline float norm3df(float a, float b, float c) { return sqrtf(a * a + b * b + c * c); }
static inline float norm4df(float a, float b, float c, float d) { return sqrtf(a * a + b * b + c * c + d * d); }
static inline float rnorm3df(float a, float b, float c) { return 1.0f / norm3df(a, b, c); }
static inline float rhypotf(float a, float b) { return 1.0f / hypotf(a, b); }
static inline float fdividef(float a, float b) { return a / b; }
static inline float saturate(float x) { return fminf(fmaxf(x, 0.0f), 1.0f); }
static inline float __saturatef(float x) { return x != x ? 0.0f : saturate(x); }
float erfinvf(float x);
double erfinv(double x);
static inline float erfcinvf(float x) { return erfinvf(1.0f - x); }
static inline float normcdfinvf(float p) { return 1.41421356237309504880f * erfinvf(2.0f * p - 1.0f); }

// The fast intrinsics are less exact on a device; here they are the exact functions, so that what
// a kernel computes can be compared with what it means. (The host's library has declarations of
// its own under these names: hence macros.)
namespace gw {
static inline void sincos(float x, float* s, float* c) { *s = sinf(x), *c = cosf(x); }
static inline float exp10(float x) { return powf(10.0f, x); }
}  // namespace gw
#define __expf ::expf
#define __exp10f ::gw::exp10
#define __logf ::logf
#define __log2f ::log2f
#define __log10f ::log10f
#define __sinf ::sinf
#define __cosf ::cosf
#define __tanf ::tanf
#define __tanhf ::tanhf
#define __powf ::powf
#define __sincosf ::gw::sincos
static inline float __fdividef(float a, float b) { return a / b; }

#define GW_ROUNDINGS(suffix, type, square_root, fused)                          \
  static inline type GW_JOIN(__, suffix, add_rn)(type a, type b) { return a + b; }  \
  static inline type GW_JOIN(__, suffix, add_rz)(type a, type b) { return a + b; }  \
  static inline type GW_JOIN(__, suffix, sub_rn)(type a, type b) { return a - b; }  \
  static inline type GW_JOIN(__, suffix, mul_rn)(type a, type b) { return a * b; }  \
  static inline type GW_JOIN(__, suffix, mul_rz)(type a, type b) { return a * b; }  \
  static inline type GW_JOIN(__, suffix, div_rn)(type a, type b) { return a / b; }  \
  static inline type GW_JOIN(__, suffix, rcp_rn)(type a) { return 1 / a; }          \
  static inline type GW_JOIN(__, suffix, sqrt_rn)(type a) { return square_root(a); }
#define GW_JOIN(a, b, c) GW_JOIN_(a, b, c)
#define GW_JOIN_(a, b, c) a##b##c
GW_ROUNDINGS(f, float, sqrtf, fmaf)
GW_ROUNDINGS(d, double, ::sqrt, ::fma)
static inline float __fmaf_rn(float a, float b, float c) { return fmaf(a, b, c); }
static inline float __fmaf_rz(float a, float b, float c) { return fmaf(a, b, c); }
static inline double __fma_rn(double a, double b, double c) { return ::fma(a, b, c); }
static inline float __frsqrt_rn(float a) { return 1.0f / sqrtf(a); }
static inline float __frcp_rz(float a) { return 1.0f / a; }
