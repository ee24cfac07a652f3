// The device model as kernels see it; the library (runtime/) does the work.
#pragma once

#include "gatewright/vectors.h"

// A thread's own indices. They are constant to kernels, though the library sets them: to a thread
// they never change.
#ifdef GW_LIBRARY
#define GW_INDEX
#else
#define GW_INDEX const
#endif
extern GW_INDEX uint3 threadIdx, blockIdx;
extern GW_INDEX dim3 blockDim, gridDim;
static constexpr int warpSize = 32;

namespace gw {

// Where a launch is written.
struct LaunchSite {
  const char* kernel;
  const char* file;
  int line;
  int bound = 0;  // of __launch_bounds__, 0 for none
};

using Body = void (*)(void* closure);

// Run a kernel to its end. Returns a CUDA error number, which is also kept as the last error.
int run(const LaunchSite& site, dim3 grid, dim3 block, size_t shared, Body body, void* closure,
        bool cooperative);

enum class Reduce { none, count, all, any };
// These know by their return address where in the kernel they were called.
int barrier(Reduce reduce, int predicate);
void grid_barrier();

enum class WarpCall { sync, shuffle, ballot, match, add, minimum, maximum, bit_and, bit_or, bit_xor };
// One lane's part in what a warp does together. `source` is the lane that a shuffle reads from.
uint64_t warp_call(WarpCall call, unsigned mask, uint64_t value, int source, bool is_signed);
// The lanes of this warp that are at the same place.
unsigned active_mask();
int lane();
unsigned live_lanes();

// Of a shared variable's place in the block's shared memory: the same for all threads of a block.
struct SharedSlot {
  uint64_t launch = 0;
  uint32_t offset = 0;
};
void* shared_at(SharedSlot& slot, size_t size, size_t alignment);
void* dynamic_shared();
size_t dynamic_shared_size();

// An atomic operation is about to touch `size` bytes at `where`; a thread that only spins yields.
void note_atomic(void* where, size_t size, void* site);
void note_fence();
void spin();

// Memory that the device may touch. `fresh` memory is filled with the poison.
void* allocate(size_t size, const char* what);
bool release(void* where);
void know(const void* where, size_t size, const char* what);
void poison(void* where, size_t size);

int fail(int error, const char* detail);
// Whether the call is to be carried out: not in a dry run.
bool note_library_call(const char* name);
// The host is about to read what kernels wrote, which a dry run does not know.
void read_back(size_t bytes);
[[noreturn]] void unsupported(const char* feature, const char* reason);
[[noreturn]] void trap(const char* message);
bool in_kernel();

template <class Array>
struct Shared {
  SharedSlot slot;
  operator std::decay_t<Array>() { return get(); }
  Array& get() { return *static_cast<Array*>(shared_at(slot, sizeof(Array), alignof(Array))); }
  template <class Index>
  auto& operator[](Index index) {
    return get()[index];
  }
};

template <class Element>
struct DynamicShared {
  operator Element*() const { return static_cast<Element*>(dynamic_shared()); }
  Element* operator+(ptrdiff_t by) const { return static_cast<Element*>(dynamic_shared()) + by; }
  template <class Index>
  Element& operator[](Index index) const {
    return static_cast<Element*>(dynamic_shared())[index];
  }
};

template <class Kernel>
struct Launch {
  LaunchSite site;
  Kernel kernel;
  dim3 grid, block;
  size_t shared;

  // Arguments are evaluated once, and every thread gets copies of its own, as on a device: none may
  // be read from where the host keeps it, which no kernel can see.
  template <class... Arguments>
  void operator()(Arguments... arguments) const {
    auto thread = [&] { kernel(arguments...); };
    run(site, grid, block, shared, [](void* closure) { (*static_cast<decltype(thread)*>(closure))(); },
        &thread, false);
  }
};

template <class Kernel>
struct Named {
  LaunchSite site;
  Kernel kernel;
  template <class Stream = int>
  Launch<Kernel> on(dim3 grid, dim3 block, size_t shared = 0, Stream = 0) const {
    return {site, kernel, grid, block, shared};
  }
};

template <class Kernel>
Named<Kernel> named(LaunchSite site, Kernel kernel) {
  return {site, kernel};
}

}  // namespace gw

#define GW_KERNEL(bound, ...)                          \
  ::gw::named({#__VA_ARGS__, __FILE__, __LINE__, bound}, \
              [&](auto&... gw_arguments) { __VA_ARGS__(gw_arguments...); })
