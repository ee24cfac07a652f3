// What the checks and counters want to be told by the scheduler; nothing in mode `fast`.
#pragma once

#include "state.h"

namespace gw {

void hooks_launch_begin();
void hooks_launch_end();
void hooks_block_begin(Block& block);
void hooks_block_end(Block& block);
void hooks_thread(Thread& thread);      // it starts, or goes on
void hooks_thread_end(Thread& thread);
void hooks_sync();                      // the running thread is about to wait

}  // namespace gw
