// Counters of mode `profile`: what the lanes of a warp do together, per place in the kernel.
#pragma once

#include <string>

#include "access.h"
#include "state.h"

namespace gw {

void begin_counting(Block& block);
void end_counting(Block& block);
void count_access(const Access& access, bool is_shared);
void count_step(const void* site);  // a basic block was entered
void forget_counters();
// `,"sites":[...],"branching":[...],"touched":[...]`
std::string counters_report();
std::string place(const void* site);

}  // namespace gw
