// One access to memory, as the checks and the counters see it.
#pragma once

#include <cstdint>

namespace gw {

struct Access {
  uintptr_t address;
  uint32_t size;
  bool write;
  bool atomic;
  bool aligned;  // the program says that it is
  const void* site;
};

void check(const Access& access);

}  // namespace gw
