// Everything that was seen, as JSON for the parent.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "events.h"

namespace gw {

struct Event {
  Seen seen;
  std::string kernel;
  int64_t count = 0;
};

std::vector<Event> events();
void forget_events();
std::string report();
std::string quoted(const std::string& text);  // as JSON

}  // namespace gw
