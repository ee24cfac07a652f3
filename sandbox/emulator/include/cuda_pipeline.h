// Asynchronous copies to shared memory, done at once: what waits for them finds them done.
#pragma once

#include <cuda_runtime.h>

static inline __attribute__((always_inline)) void __pipeline_memcpy_async(void* to, const void* from, size_t size,
                                                                          size_t zeros = 0) {
  for (size_t i = 0; i + 4 <= size - zeros; i += 4)
    *reinterpret_cast<unsigned*>(static_cast<char*>(to) + i) =
        *reinterpret_cast<const unsigned*>(static_cast<const char*>(from) + i);
  for (size_t i = size - zeros; i < size; i++) static_cast<char*>(to)[i] = 0;
}
static inline void __pipeline_commit() {}
static inline void __pipeline_wait_prior(size_t) {}
