// Faults of kernels, as they are seen; each kind at each place is told once and counted.
#pragma once

#include <string>

namespace gw {

enum class Fault {
  out_of_bounds,
  host_access,
  misaligned,
  race_shared,
  race_global,
  uninitialised_shared,
  uninitialised_global,
  divergent_barrier,
  early_exit,
  deadlock,
  warp_mask,
  crash,
  timeout,
  stack_overflow,
};

struct Seen {
  Fault fault;
  const void* site = nullptr;
  const void* other = nullptr;  // the earlier access of a race, the other barrier
  std::string detail = {};
  bool write = false;
  bool same_value = false;
};

void note(const Seen& seen);
// Like `note`, but where it was seen before the detail is not made.
bool seen_before(Fault fault, const void* site, const void* other, bool same_value);

}  // namespace gw
