// Atomic functions. One thread runs at a time, so a plain read and write is atomic; the checks are
// told, because an atomic access races with nothing atomic.
#pragma once

#include "gatewright/half.h"
#include "gatewright/intrinsics.h"

// Not inlined, so that the place in the kernel is known; no template, which every text that is
// compiled would instantiate.
#define GW_ATOMIC(name, type, expression)                                                    \
  GW_CALLED type name(type* where, type value) {                                            \
    gw::note_atomic(where, sizeof(type), GW_SITE);                                          \
    const type old = *where;                                                                \
    *where = expression;                                                                    \
    return old;                                                                             \
  }                                                                                         \
  static inline __attribute__((always_inline)) type name##_block(type* where, type value) {  \
    return name(where, value);                                                              \
  }                                                                                         \
  static inline __attribute__((always_inline)) type name##_system(type* where, type value) { \
    return name(where, value);                                                              \
  }

#define GW_ATOMIC_INTEGER(type)                                \
  GW_ATOMIC(atomicAdd, type, static_cast<type>(old + value))   \
  GW_ATOMIC(atomicMin, type, value < old ? value : old)        \
  GW_ATOMIC(atomicMax, type, old < value ? value : old)        \
  GW_ATOMIC(atomicAnd, type, static_cast<type>(old & value))   \
  GW_ATOMIC(atomicOr, type, static_cast<type>(old | value))    \
  GW_ATOMIC(atomicXor, type, static_cast<type>(old ^ value))   \
  GW_ATOMIC(atomicExch, type, value)
GW_ATOMIC_INTEGER(int)
GW_ATOMIC_INTEGER(unsigned)
GW_ATOMIC_INTEGER(unsigned long long)
GW_ATOMIC(atomicSub, int, old - value)
GW_ATOMIC(atomicSub, unsigned, old - value)
GW_ATOMIC(atomicMin, long long, value < old ? value : old)
GW_ATOMIC(atomicMax, long long, old < value ? value : old)
GW_ATOMIC(atomicInc, unsigned, old >= value ? 0 : old + 1)
GW_ATOMIC(atomicDec, unsigned, old == 0 || old > value ? value : old - 1)
GW_ATOMIC(atomicAdd, float, old + value)
GW_ATOMIC(atomicAdd, double, old + value)
GW_ATOMIC(atomicExch, float, value)
GW_ATOMIC(atomicAdd, __half, old + value)
GW_ATOMIC(atomicAdd, __half2, old + value)
GW_ATOMIC(atomicAdd, __nv_bfloat16, old + value)
GW_ATOMIC(atomicAdd, __nv_bfloat162, old + value)
// What torch adds to CUDA's.
GW_ATOMIC(gpuAtomicAdd, float, old + value)
GW_ATOMIC(gpuAtomicAdd, double, old + value)
GW_ATOMIC(gpuAtomicAdd, int, old + value)
GW_ATOMIC(gpuAtomicAdd, __half, old + value)
GW_ATOMIC(gpuAtomicAdd, __nv_bfloat16, old + value)

#define GW_COMPARE_AND_SWAP(type)                                    \
  GW_CALLED type atomicCAS(type* where, type compare, type value) {  \
    gw::note_atomic(where, sizeof(type), GW_SITE);                   \
    const type old = *where;                                         \
    if (old == compare) *where = value;                              \
    else gw::spin();                                                 \
    return old;                                                      \
  }
GW_COMPARE_AND_SWAP(int)
GW_COMPARE_AND_SWAP(unsigned)
GW_COMPARE_AND_SWAP(unsigned long long)
GW_COMPARE_AND_SWAP(unsigned short)
