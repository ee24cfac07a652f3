// Counters of mode `profile`, per place in the kernel.
#pragma once

#include <string>

namespace gw {

void forget_counters();
// `,"sites":[...],"branching":[...],"touched":[...]`
std::string counters_report();
std::string place(const void* site);

}  // namespace gw
