// Integer, bit and conversion intrinsics, cached loads and stores, fences, clocks, assertions.
#pragma once

#include "gatewright/math.h"
#include "gatewright/model.h"

namespace gw {
template <class To, class From>
inline To bits(From from) {
  static_assert(sizeof(To) == sizeof(From), "of one size");
  To to;
  memcpy(&to, &from, sizeof to);
  return to;
}
template <class To>
inline To clamped(double x) {
  if (x != x) return 0;
  const double low = static_cast<double>(std::numeric_limits<To>::min());
  const double high = static_cast<double>(std::numeric_limits<To>::max());
  return x <= low ? std::numeric_limits<To>::min() : x >= high ? std::numeric_limits<To>::max() : static_cast<To>(x);
}
}  // namespace gw

static inline int __float_as_int(float x) { return gw::bits<int>(x); }
static inline unsigned __float_as_uint(float x) { return gw::bits<unsigned>(x); }
static inline float __int_as_float(int x) { return gw::bits<float>(x); }
static inline float __uint_as_float(unsigned x) { return gw::bits<float>(x); }
static inline long long __double_as_longlong(double x) { return gw::bits<long long>(x); }
static inline double __longlong_as_double(long long x) { return gw::bits<double>(x); }
static inline int __double2hiint(double x) { return static_cast<int>(gw::bits<int64_t>(x) >> 32); }
static inline int __double2loint(double x) { return static_cast<int>(gw::bits<int64_t>(x)); }
static inline double __hiloint2double(int high, int low) {
  return gw::bits<double>(int64_t{high} << 32 | static_cast<unsigned>(low));
}
#define GW_CONVERSIONS(name, to, from)                                                          \
  static inline to __##from##2##name##_rn(from x) { return gw::clamped<to>(::rint(double(x))); }  \
  static inline to __##from##2##name##_rz(from x) { return gw::clamped<to>(::trunc(double(x))); } \
  static inline to __##from##2##name##_rd(from x) { return gw::clamped<to>(::floor(double(x))); } \
  static inline to __##from##2##name##_ru(from x) { return gw::clamped<to>(::ceil(double(x))); }
GW_CONVERSIONS(int, int, float)
GW_CONVERSIONS(uint, unsigned, float)
GW_CONVERSIONS(ll, long long, float)
GW_CONVERSIONS(int, int, double)
GW_CONVERSIONS(uint, unsigned, double)
GW_CONVERSIONS(ll, long long, double)
static inline float __int2float_rn(int x) { return static_cast<float>(x); }
static inline float __int2float_rz(int x) { return static_cast<float>(x); }
static inline float __uint2float_rn(unsigned x) { return static_cast<float>(x); }
static inline float __ll2float_rn(long long x) { return static_cast<float>(x); }
static inline double __int2double_rn(int x) { return x; }
static inline float __double2float_rn(double x) { return static_cast<float>(x); }

static inline int __popc(unsigned x) { return __builtin_popcount(x); }
static inline int __popcll(unsigned long long x) { return __builtin_popcountll(x); }
static inline int __clz(int x) { return x == 0 ? 32 : __builtin_clz(static_cast<unsigned>(x)); }
static inline int __clzll(long long x) { return x == 0 ? 64 : __builtin_clzll(static_cast<unsigned long long>(x)); }
static inline int __ffs(int x) { return __builtin_ffs(x); }
static inline int __ffsll(long long x) { return __builtin_ffsll(x); }
static inline unsigned __brev(unsigned x) {
  unsigned reversed = 0;
  for (int i = 0; i < 32; i++) reversed |= (x >> i & 1u) << (31 - i);
  return reversed;
}
static inline unsigned long long __brevll(unsigned long long x) {
  return static_cast<unsigned long long>(__brev(static_cast<unsigned>(x))) << 32 | __brev(static_cast<unsigned>(x >> 32));
}
static inline int __mul24(int a, int b) { return ((a << 8) >> 8) * ((b << 8) >> 8); }
static inline unsigned __umul24(unsigned a, unsigned b) { return (a & 0xffffffu) * (b & 0xffffffu); }
static inline int __mulhi(int a, int b) { return static_cast<int>(int64_t{a} * b >> 32); }
static inline unsigned __umulhi(unsigned a, unsigned b) { return static_cast<unsigned>(uint64_t{a} * b >> 32); }
static inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
  return static_cast<unsigned long long>(static_cast<unsigned __int128>(a) * b >> 64);
}
static inline unsigned __byte_perm(unsigned a, unsigned b, unsigned selector) {
  const uint64_t bytes = uint64_t{b} << 32 | a;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) result |= static_cast<unsigned>(bytes >> (selector >> 4 * i & 7) * 8 & 0xff) << 8 * i;
  return result;
}
static inline unsigned __funnelshift_l(unsigned low, unsigned high, unsigned by) {
  return static_cast<unsigned>((uint64_t{high} << 32 | low) << (by & 31) >> 32);
}
static inline unsigned __funnelshift_r(unsigned low, unsigned high, unsigned by) {
  return static_cast<unsigned>((uint64_t{high} << 32 | low) >> (by & 31));
}
static inline int __dp4a(int a, int b, int c) {
  for (int i = 0; i < 4; i++) c += static_cast<int8_t>(a >> 8 * i) * static_cast<int8_t>(b >> 8 * i);
  return c;
}
static inline int __sad(int a, int b, int c) { return (a > b ? a - b : b - a) + c; }
static inline int __hadd(int a, int b) { return static_cast<int>((int64_t{a} + b) >> 1); }

// Loads and stores with a hint for the caches are loads and stores. They are inlined, so that the
// checks see the user's line.
#define GW_LOAD(name)                                                           \
  template <class T>                                                            \
  static inline __attribute__((always_inline)) T name(const T* where) {         \
    return *where;                                                              \
  }
#define GW_STORE(name)                                                          \
  template <class T>                                                            \
  static inline __attribute__((always_inline)) void name(T* where, T value) {   \
    *where = value;                                                             \
  }
GW_LOAD(__ldg)
GW_LOAD(__ldca)
GW_LOAD(__ldcg)
GW_LOAD(__ldcs)
GW_LOAD(__ldlu)
GW_LOAD(__ldcv)
GW_STORE(__stcg)
GW_STORE(__stcs)
GW_STORE(__stwb)
GW_STORE(__stwt)

static inline __attribute__((always_inline)) void __threadfence() { gw::note_fence(); }
static inline __attribute__((always_inline)) void __threadfence_block() {}
static inline __attribute__((always_inline)) void __threadfence_system() { gw::note_fence(); }
static inline void __nanosleep(unsigned) { gw::spin(); }
long long clock64();
static inline unsigned long long __globaltimer() { return static_cast<unsigned long long>(clock64()); }
static inline __attribute__((always_inline)) void __trap() { gw::trap("__trap()"); }
static inline void __brkpt() {}
static inline void __prof_trigger(int) {}
static inline size_t __cvta_generic_to_shared(const void* where) { return reinterpret_cast<size_t>(where); }
static inline size_t __cvta_generic_to_global(const void* where) { return reinterpret_cast<size_t>(where); }
static inline void* __cvta_shared_to_generic(size_t where) { return reinterpret_cast<void*>(where); }
bool __isShared(const void* where);
bool __isGlobal(const void* where);

#undef assert
#define assert(condition) \
  ((condition) ? (void)0 : ::gw::failed_assertion(#condition, __FILE__, __LINE__))
namespace gw {
void failed_assertion(const char* condition, const char* file, int line);
}
