// The checks: called before every access to memory that instrumented code makes, by the names that
// gcc's thread sanitizer has for them.

#include "hooks.h"

#include <link.h>
#include <pthread.h>

#include <algorithm>
#include <cstring>

#include "access.h"
#include "counters.h"
#include "events.h"
#include "memory.h"
#include "races.h"
#include "shadow.h"

namespace gw {
namespace {

struct Segment {
  uintptr_t begin, end;
  bool ours;  // of the emulator's own library
};
std::vector<Segment> segments;  // of all loaded objects: where variables with names are
Segment host_stack{};

int add_segments(dl_phdr_info* info, size_t, void*) {
  const bool ours = strstr(info->dlpi_name, "gatewright_emulator") != nullptr;
  for (int i = 0; i < info->dlpi_phnum; i++) {
    const auto& header = info->dlpi_phdr[i];
    if (header.p_type == PT_LOAD)
      segments.push_back({info->dlpi_addr + header.p_vaddr, info->dlpi_addr + header.p_vaddr + header.p_memsz, ours});
  }
  return 0;
}

const Segment* segment_of(uintptr_t address) {
  auto after = std::upper_bound(segments.begin(), segments.end(), address,
                                [](uintptr_t a, const Segment& s) { return a < s.begin; });
  return after != segments.begin() && address < std::prev(after)->end ? &*std::prev(after) : nullptr;
}

// Code of the host's: on a device its access to the device's memory ends the process.
void check_host(const Access& access) {
  const Range* range = range_of(access.address);
  if (range == nullptr || !range->device_only) return;
  note({Fault::host_access, access.site, nullptr,
        "the host's code " + std::string(access.write ? "writes to " : "reads ") + range->what +
            ", which is in the device's memory",
        access.write});
}

// The thread's own stack, or the launching one's, where the arguments are.
bool on_stack(uintptr_t address) {
  const auto stack = reinterpret_cast<uintptr_t>(current->fiber->stack);
  return (address >= stack && address < stack + stack_bytes) ||
         (address >= host_stack.begin && address < host_stack.end);
}

[[noreturn]] void refuse(const Access& access, Fault fault, const std::string& what) {
  const std::string text = (access.write ? "writes " : "reads ") + std::to_string(access.size) + " bytes " + what +
                           " (" + describe_thread(*current) + ")";
  note({fault, access.site, nullptr, text, access.write});
  abandon(fault == Fault::misaligned ? misaligned_address : illegal_address, text);
}

// Whether an access at this place of the shared memory is inside one of its variables.
bool in_shared_variable(uint64_t offset, size_t size) {
  if (offset + size <= launch.dynamic_shared) return true;
  for (const SharedRange& range : launch.shared_ranges)
    if (offset >= range.offset && offset + size <= range.offset + range.size) return true;
  return false;
}

std::string near_shared(uint64_t offset) {
  std::string text = "outside the block's shared variables";
  if (launch.dynamic_shared && offset >= launch.dynamic_shared && offset < launch.dynamic_shared + 128)
    return std::to_string(offset - launch.dynamic_shared) + " bytes past the end of " +
           std::to_string(launch.dynamic_shared) + " bytes of dynamic shared memory";
  for (const SharedRange& range : launch.shared_ranges)
    if (offset + 16 > range.offset + range.size && offset < range.offset + range.size + 128)
      text = std::to_string(static_cast<int64_t>(offset) - range.offset - range.size) +
             " bytes past the end of a shared variable of " + std::to_string(range.size) + " bytes";
  return text;
}

void check_shared(const Access& access) {
  const uint64_t offset = access.address - reinterpret_cast<uintptr_t>(current->block->shared);
  if (!in_shared_variable(offset, access.size)) refuse(access, Fault::out_of_bounds, near_shared(offset));
  check_shared_words(access, offset);
  if (mode == Mode::profile) count_access(access, true);
}

// The range that a place in the code used last: mostly it is the same again.
struct Remembered {
  const void* site = nullptr;
  uint64_t version = 0;
  Range* range = nullptr;
};
Remembered remembered[1024];

Range* range_at(const Access& access) {
  Remembered& entry = remembered[reinterpret_cast<uintptr_t>(access.site) >> 1 & 1023];
  if (entry.site == access.site && entry.version == ranges_version() && access.address >= entry.range->begin &&
      access.address < entry.range->end)
    return entry.range;
  Range* range = range_of(access.address);
  if (range) entry = {access.site, ranges_version(), range};
  return range;
}

void check_global(const Access& access) {
  Range* range = range_at(access);
  if (range == nullptr) {
    if (const Segment* segment = segment_of(access.address)) {
      if (!segment->ours) check_named_words(access);
      return;
    }
    refuse(access, Fault::out_of_bounds, near_ranges(access.address));
  }
  if (access.address + access.size > range->end)
    refuse(access, Fault::out_of_bounds, "across the end of " + range->what);
  check_global_words(access, *range);
  if (mode == Mode::profile) count_access(access, false);
}

}  // namespace

void check(const Access& access) {
  if (current == nullptr) return check_host(access);
  if (on_stack(access.address)) return;
  settle();
  if (access.aligned && access.address % std::min<size_t>(access.size, 16) != 0)
    refuse(access, Fault::misaligned, "at an address that is no multiple of them");
  const auto shared = reinterpret_cast<uintptr_t>(current->block->shared);
  if (access.address >= shared && access.address < shared + shared_arena_bytes) check_shared(access);
  else check_global(access);
}

void hooks_launch_begin() {
  if (mode == Mode::fast) return;
  segments.clear();
  dl_iterate_phdr(add_segments, nullptr);
  std::sort(segments.begin(), segments.end(), [](const Segment& a, const Segment& b) { return a.begin < b.begin; });
  if (host_stack.end == 0) {
    pthread_attr_t attributes;
    void* begin = nullptr;
    size_t size = 0;
    if (pthread_getattr_np(pthread_self(), &attributes) == 0) {
      pthread_attr_getstack(&attributes, &begin, &size);
      pthread_attr_destroy(&attributes);
    }
    host_stack = {reinterpret_cast<uintptr_t>(begin), reinterpret_cast<uintptr_t>(begin) + size};
  }
  launch.fence_times.assign(uint64_t{launch.grid.x} * launch.grid.y * launch.grid.z, 0);
  begin_races();
}

void hooks_launch_end() {
  if (mode == Mode::fast) return;
  settle();
  remember_digests();
}

void hooks_block_begin(Block& block) {
  if (mode == Mode::fast) return;
  forget_shared(block);
  if (mode == Mode::profile) begin_counting(block);
}

void hooks_block_end(Block& block) {
  if (mode == Mode::profile) end_counting(block);
}

void hooks_thread(Thread&) {}
void hooks_thread_end(Thread&) {
  if (mode != Mode::fast) settle();
}
void hooks_sync() {
  if (mode != Mode::fast) settle();
  current->spins = 0;
}

void note_atomic(void* where, size_t size, void* site) {
  if (current == nullptr) return;
  current->block->atomic_time = ++now;
  if (mode != Mode::fast) check({reinterpret_cast<uintptr_t>(where), static_cast<uint32_t>(size), true, true, true, site});
}

void note_fence() {
  if (current == nullptr || mode == Mode::fast) return;
  launch.fence_times[current->block->linear] = ++now;
}

}  // namespace gw

// ---- the compiler's names

// A module that is compiled with checks may be run without them.
static inline void check(const gw::Access& access) {
  if (gw::mode != gw::Mode::fast) gw::check(access);
}

#define GW_HOOK extern "C" __attribute__((visibility("default"))) void
#define GW_ADDRESS reinterpret_cast<uintptr_t>(where)
#define GW_SIZES(size)                                                                                        \
  GW_HOOK __tsan_read##size(void* where) { check({GW_ADDRESS, size, false, false, true, GW_SITE}); }          \
  GW_HOOK __tsan_write##size(void* where) { check({GW_ADDRESS, size, true, false, true, GW_SITE}); }          \
  GW_HOOK __tsan_volatile_read##size(void* where) { check({GW_ADDRESS, size, false, false, true, GW_SITE}); } \
  GW_HOOK __tsan_volatile_write##size(void* where) { check({GW_ADDRESS, size, true, false, true, GW_SITE}); } \
  GW_HOOK __tsan_unaligned_read##size(void* where) { check({GW_ADDRESS, size, false, false, false, GW_SITE}); } \
  GW_HOOK __tsan_unaligned_write##size(void* where) { check({GW_ADDRESS, size, true, false, false, GW_SITE}); } \
  GW_HOOK __tsan_unaligned_volatile_read##size(void* where) { check({GW_ADDRESS, size, false, false, false, GW_SITE}); } \
  GW_HOOK __tsan_unaligned_volatile_write##size(void* where) { check({GW_ADDRESS, size, true, false, false, GW_SITE}); }
GW_SIZES(1)
GW_SIZES(2)
GW_SIZES(4)
GW_SIZES(8)
GW_SIZES(16)
GW_HOOK __tsan_read_range(void* where, size_t size) {
  if (size) check({GW_ADDRESS, static_cast<uint32_t>(size), false, false, false, GW_SITE});
}
GW_HOOK __tsan_write_range(void* where, size_t size) {
  if (size) check({GW_ADDRESS, static_cast<uint32_t>(size), true, false, false, GW_SITE});
}
// The linker puts these in the place of the C library's: what they touch is seen nowhere else.
GW_HOOK* __wrap_memcpy(void* to, const void* from, size_t size) {
  if (size) check({reinterpret_cast<uintptr_t>(from), static_cast<uint32_t>(size), false, false, false, GW_SITE});
  if (size) check({reinterpret_cast<uintptr_t>(to), static_cast<uint32_t>(size), true, false, false, GW_SITE});
  return memcpy(to, from, size);
}
GW_HOOK* __wrap_memmove(void* to, const void* from, size_t size) {
  if (size) check({reinterpret_cast<uintptr_t>(from), static_cast<uint32_t>(size), false, false, false, GW_SITE});
  if (size) check({reinterpret_cast<uintptr_t>(to), static_cast<uint32_t>(size), true, false, false, GW_SITE});
  return memmove(to, from, size);
}
GW_HOOK* __wrap_memset(void* where, int value, size_t size) {
  if (size) check({GW_ADDRESS, static_cast<uint32_t>(size), true, false, false, GW_SITE});
  return memset(where, value, size);
}
GW_HOOK __tsan_init() {}
GW_HOOK __tsan_func_entry(void*) {}
GW_HOOK __tsan_func_exit() {}
GW_HOOK __tsan_vptr_update(void**, void*) {}
GW_HOOK __tsan_vptr_read(void**) {}
GW_HOOK __sanitizer_cov_trace_pc() {
  if (gw::current && gw::mode == gw::Mode::profile) gw::count_step(GW_SITE);
}
