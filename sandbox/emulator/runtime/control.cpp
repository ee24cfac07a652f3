// What the worker's Python side calls, through ctypes.
#include <cstring>

#include "counters.h"
#include "crash.h"
#include "hooks.h"
#include "memory.h"
#include "report.h"
#include "state.h"

using namespace gw;

#define GW_EXPORT extern "C" __attribute__((visibility("default")))

// `numbers`: as many as Target has, in its order (worker.py knows it too).
GW_EXPORT void gw_open(const int64_t* numbers, int chosen_mode, int crash_descriptor) {
  int64_t next = 0;
  auto take = [&] { return static_cast<int>(numbers[next++]); };
  target.sm = take();
  target.threads_per_block = take();
  for (int& limit : target.block_limit) limit = take();
  for (int64_t& limit : target.grid_limit) limit = numbers[next++];
  target.shared_per_block = take();
  target.shared_opt_in = take();
  target.shared_per_multiprocessor = take();
  target.multiprocessors = take();
  target.threads_per_multiprocessor = take();
  target.blocks_per_multiprocessor = take();
  target.registers_per_block = take();
  target.global_memory = numbers[next++];
  target.l2_bytes = take();
  dynamic_shared_limit = static_cast<size_t>(target.shared_per_block);
  mode = static_cast<Mode>(chosen_mode);
  if (crash_descriptor >= 0) report_crashes_to(crash_descriptor);
}

GW_EXPORT void gw_order(int chosen, uint64_t seed) {
  order = static_cast<Order>(chosen);
  seed_random(seed);
}

GW_EXPORT void gw_launching(int on) { launching = on != 0; }

// From here on nothing is run and nothing allocated.
GW_EXPORT void gw_dry() {
  dry = true;
  launching = false;
}
GW_EXPORT uint64_t gw_held() { return held_bytes(); }

GW_EXPORT int64_t gw_launches() {
  int64_t count = 0;
  for (const auto& [key, totals] : launches) count += totals.count;
  return count;
}

GW_EXPORT void gw_poison(void* where, uint64_t size) { poison(where, size); }
GW_EXPORT void gw_know(void* where, uint64_t size, const char* what) {
  know(where, size, what);
  keep_from_host(where);
}
GW_EXPORT void gw_give_back() { give_back_to_host(); }
GW_EXPORT uint64_t gw_read_back() { return read_back_bytes(); }

// kernel bytes, and whether nobody else wrote since: see Emulator.written.
GW_EXPORT int gw_written(void* where, uint64_t size, int64_t* kernel_bytes) {
  return written_by_kernels(where, size, *kernel_bytes) ? 1 : 0;
}

GW_EXPORT const char* gw_report() {
  static std::string text;
  text = report();
  return text.c_str();
}

GW_EXPORT void gw_reset() {
  launches.clear();
  errors.clear();
  library_calls.clear();
  missing.clear();
  refused.clear();
  last_error = success;
  device_lost = false;
  forget_events();
  forget_counters();
}
