// What the threads of a block and the lanes of a warp do together.
#pragma once

#include "gatewright/half.h"
#include "gatewright/model.h"

#define GW_INLINE static inline __attribute__((always_inline))

GW_INLINE void __syncthreads() { gw::barrier(gw::Reduce::none, 0); }
GW_INLINE int __syncthreads_count(int predicate) { return gw::barrier(gw::Reduce::count, predicate); }
GW_INLINE int __syncthreads_and(int predicate) { return gw::barrier(gw::Reduce::all, predicate); }
GW_INLINE int __syncthreads_or(int predicate) { return gw::barrier(gw::Reduce::any, predicate); }
GW_INLINE void __syncwarp(unsigned mask = 0xffffffffu) { gw::warp_call(gw::WarpCall::sync, mask, 0, 0, false); }
GW_INLINE unsigned __activemask() { return gw::active_mask(); }

GW_INLINE unsigned __ballot_sync(unsigned mask, int predicate) {
  return static_cast<unsigned>(gw::warp_call(gw::WarpCall::ballot, mask, predicate != 0, 0, false));
}
GW_INLINE int __any_sync(unsigned mask, int predicate) { return __ballot_sync(mask, predicate) != 0; }
GW_INLINE int __all_sync(unsigned mask, int predicate) { return __ballot_sync(mask, !predicate) == 0; }
GW_INLINE int __uni_sync(unsigned mask, int predicate) {
  const unsigned votes = __ballot_sync(mask, predicate);
  return votes == 0 || votes == (mask & gw::live_lanes());
}

namespace gw {

template <class T>
inline uint64_t widened(T value) {
  static_assert(sizeof(T) <= 8, "a warp exchanges values of at most 8 bytes");
  uint64_t wide = 0;
  memcpy(&wide, &value, sizeof value);
  return wide;
}

template <class T>
inline T narrowed(uint64_t wide) {
  T value;
  memcpy(static_cast<void*>(&value), &wide, sizeof value);
  return value;
}

// `width` cuts the warp into segments, which a shuffle does not leave.
inline int up(int lane, int width, int delta) { return (lane & (width - 1)) < delta ? lane : lane - delta; }
inline int down(int lane, int width, int delta) {
  return (lane & (width - 1)) + delta >= width ? lane : lane + delta;
}
inline int indexed(int lane, int width, int source) { return (lane & ~(width - 1)) | (source & (width - 1)); }
inline int crossed(int lane, int width, int mask) {
  const int source = lane ^ mask;
  return source >= (lane & ~(width - 1)) + width ? lane : source;
}

}  // namespace gw

#define GW_SHUFFLE(name, parameter, source)                                                    \
  template <class T>                                                                           \
  GW_INLINE T name(unsigned mask, T value, parameter by, int width = 32) {                     \
    return gw::narrowed<T>(gw::warp_call(gw::WarpCall::shuffle, mask, gw::widened(value),      \
                                         source(gw::lane(), width, static_cast<int>(by)), false)); \
  }
GW_SHUFFLE(__shfl_sync, int, gw::indexed)
GW_SHUFFLE(__shfl_up_sync, unsigned, gw::up)
GW_SHUFFLE(__shfl_down_sync, unsigned, gw::down)
GW_SHUFFLE(__shfl_xor_sync, int, gw::crossed)

template <class T>
GW_INLINE unsigned __match_any_sync(unsigned mask, T value) {
  return static_cast<unsigned>(gw::warp_call(gw::WarpCall::match, mask, gw::widened(value), 0, false));
}
template <class T>
GW_INLINE unsigned __match_all_sync(unsigned mask, T value, int* all) {
  const unsigned same = __match_any_sync(mask, value);
  *all = same == (mask & gw::live_lanes());
  return *all ? same : 0;
}

#define GW_WARP_REDUCE(name, call, type, is_signed)                                            \
  GW_INLINE type name(unsigned mask, type value) {                                             \
    return static_cast<type>(gw::warp_call(gw::WarpCall::call, mask,                           \
                                           static_cast<uint64_t>(static_cast<int64_t>(value)), 0, is_signed)); \
  }
GW_WARP_REDUCE(__reduce_add_sync, add, int, true)
GW_WARP_REDUCE(__reduce_add_sync, add, unsigned, false)
GW_WARP_REDUCE(__reduce_min_sync, minimum, int, true)
GW_WARP_REDUCE(__reduce_min_sync, minimum, unsigned, false)
GW_WARP_REDUCE(__reduce_max_sync, maximum, int, true)
GW_WARP_REDUCE(__reduce_max_sync, maximum, unsigned, false)
GW_WARP_REDUCE(__reduce_and_sync, bit_and, unsigned, false)
GW_WARP_REDUCE(__reduce_or_sync, bit_or, unsigned, false)
GW_WARP_REDUCE(__reduce_xor_sync, bit_xor, unsigned, false)
