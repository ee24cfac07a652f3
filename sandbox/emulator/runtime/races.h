// What was read and written by whom: races, and reads of what nobody wrote.
#pragma once

#include "access.h"
#include "memory.h"
#include "state.h"

namespace gw {

void begin_races();
void forget_shared(Block& block);
void check_shared_words(const Access& access, uint64_t offset);
void check_named_words(const Access& access);
void check_global_words(const Access& access, Range& range);
// Whether the last write that raced with a write wrote another value is known only once it is done.
void settle();
void remember_digests();

}  // namespace gw
