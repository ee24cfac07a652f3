// What gcc's thread sanitizer calls in the place of atomic operations: the guards of a function's
// static variables, the host's own `std::atomic`, shared pointers. All runs in one thread.

#include <cstdint>

#include "access.h"
#include "state.h"

namespace {

void check(volatile void* where, uint32_t size, const void* site) {
  const auto address = reinterpret_cast<uintptr_t>(where);
  if (gw::mode != gw::Mode::fast) gw::check({address, size, true, true, true, site});
}

template <class T, class Make>
T update(volatile T* where, const void* site, Make make) {
  check(where, sizeof(T), site);
  const T before = *where;
  *where = make(before);
  return before;
}

template <class T>
int exchange_if(volatile T* where, T* expected, T value, const void* site) {
  check(where, sizeof(T), site);
  const T before = *where;
  if (before == *expected) return *where = value, 1;
  *expected = before;
  return 0;
}

}  // namespace

#define GW_ATOMIC(type) extern "C" __attribute__((visibility("default"))) type
#define GW_HERE __builtin_return_address(0)
#define GW_UPDATE(bits, T, name, expression)                                      \
  GW_ATOMIC(T) __tsan_atomic##bits##_##name(volatile T* where, T value, int) {    \
    return update(where, GW_HERE, [&](T before) -> T { return expression; });     \
  }
#define GW_ATOMICS(bits, T)                                                                                 \
  GW_ATOMIC(T) __tsan_atomic##bits##_load(const volatile T* where, int) {                                   \
    check(const_cast<volatile T*>(where), sizeof(T), GW_HERE);                                              \
    return *where;                                                                                          \
  }                                                                                                         \
  GW_ATOMIC(void) __tsan_atomic##bits##_store(volatile T* where, T value, int) {                            \
    check(where, sizeof(T), GW_HERE);                                                                       \
    *where = value;                                                                                         \
  }                                                                                                         \
  GW_UPDATE(bits, T, exchange, (void(before), value))                                                       \
  GW_UPDATE(bits, T, fetch_add, before + value)                                                             \
  GW_UPDATE(bits, T, fetch_sub, before - value)                                                             \
  GW_UPDATE(bits, T, fetch_and, before& value)                                                              \
  GW_UPDATE(bits, T, fetch_or, before | value)                                                              \
  GW_UPDATE(bits, T, fetch_xor, before ^ value)                                                             \
  GW_UPDATE(bits, T, fetch_nand, ~(before & value))                                                         \
  GW_ATOMIC(int) __tsan_atomic##bits##_compare_exchange_strong(volatile T* w, T* e, T value, int, int) {    \
    return exchange_if(w, e, value, GW_HERE);                                                               \
  }                                                                                                         \
  GW_ATOMIC(int) __tsan_atomic##bits##_compare_exchange_weak(volatile T* w, T* e, T value, int, int) {      \
    return exchange_if(w, e, value, GW_HERE);                                                               \
  }                                                                                                         \
  GW_ATOMIC(T) __tsan_atomic##bits##_compare_exchange_val(volatile T* w, T expected, T value, int, int) {   \
    exchange_if(w, &expected, value, GW_HERE);                                                              \
    return expected;                                                                                        \
  }
GW_ATOMICS(8, uint8_t)
GW_ATOMICS(16, uint16_t)
GW_ATOMICS(32, uint32_t)
GW_ATOMICS(64, uint64_t)
GW_ATOMIC(void) __tsan_atomic_thread_fence(int) {}
GW_ATOMIC(void) __tsan_atomic_signal_fence(int) {}
