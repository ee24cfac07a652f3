// Which memory the device may touch.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "state.h"

namespace gw {

struct Shadow;  // what the checks know of a range's every word

// A piece of device memory: what cudaMalloc gave, a tensor's storage, a module's variables.
struct Range {
  uintptr_t begin = 0, end = 0;
  std::string what;
  Shadow* shadow = nullptr;
  bool device_only = false;  // the host may not touch it
};

// The range an address is in; nullptr where there is none.
Range* range_of(uintptr_t address);
// The nearest range below and above, in words.
std::string near_ranges(uintptr_t address);
const std::map<uintptr_t, Range>& ranges();
uint64_t ranges_version();  // another one where a range may be gone

// From here on the host may not touch what is there; and of all such memory it may again.
void keep_from_host(const void* where);
void give_back_to_host();
// Bytes that the host had copied to itself.
uint64_t read_back_bytes();

// How many of these bytes kernels have written; true where nothing else wrote to them since.
bool written_by_kernels(const void* where, size_t size, int64_t& bytes);

// Addresses for a dry run: nothing is ever there.
constexpr uintptr_t promised_begin = uintptr_t{1} << 40;
void* promised(size_t size);
// Bytes that were allocated and not released.
uint64_t held_bytes();

extern size_t dynamic_shared_limit;
void seed_random(uint64_t seed);

}  // namespace gw
