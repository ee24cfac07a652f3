#include "hooks.h"
#include "counters.h"
#include "memory.h"
namespace gw {
void hooks_launch_begin() {}
void hooks_launch_end() {}
void hooks_block_begin(Block&) {}
void hooks_block_end(Block&) {}
void hooks_thread(Thread&) {}
void hooks_thread_end(Thread&) {}
void hooks_sync() {}
void note_atomic(void*, size_t, void*) {}
void note_fence() {}
void forget_counters() {}
std::string counters_report() { return {}; }
bool written_by_kernels(const void*, size_t, int64_t& b) { b = 0; return false; }
}
