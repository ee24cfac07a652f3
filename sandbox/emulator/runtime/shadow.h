// What the checks know of every word of a piece of device memory.
#pragma once

#include <cstdint>
#include <vector>

namespace gw {

struct AccessMark {
  const void* site = nullptr;
  uint64_t time = 0;      // `now` at the access
  uint32_t block = 0;
  uint16_t thread = 0;
  uint8_t bytes = 0;      // which of the word's four
  bool atomic = false;
};

struct Cell {
  uint32_t launch = 0;    // of the marks; what an older launch did is ordered before
  uint8_t ever_written = 0, ever_read = 0;  // by kernels
  AccessMark write, reads[2];
};

struct Shadow {
  std::vector<Cell> cells;
  uint64_t digest = 0;    // of the memory when a kernel last wrote to it
  bool dirty = false;     // the launch under way wrote to it
};

}  // namespace gw
