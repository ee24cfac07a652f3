// What the parts of the library share: the device, the launch under way, its blocks and threads.
#pragma once

#include <cstdint>
#include <deque>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include "fiber.h"
#include "gatewright/model.h"

namespace gw {

// CUDA's own numbers.
enum Error : int {
  success = 0,
  invalid_value = 1,
  memory_allocation = 2,
  invalid_configuration = 9,
  invalid_device_pointer = 17,
  too_many_resources = 701,
  illegal_address = 700,
  launch_timeout = 702,
  assertion = 710,
  misaligned_address = 716,
  launch_failure = 719,
  cooperative_too_large = 720,
  not_supported = 801,
};
const char* error_name(int error);
const char* error_text(int error);

// The limits and properties of the architecture that is emulated, as the parent gave them.
struct Target {
  int sm = 90;
  int threads_per_block = 1024;
  int block_limit[3] = {1024, 1024, 64};
  int64_t grid_limit[3] = {2147483647, 65535, 65535};
  int shared_per_block = 48 << 10;
  int shared_opt_in = 227 << 10;
  int shared_per_multiprocessor = 228 << 10;
  int multiprocessors = 132;
  int threads_per_multiprocessor = 2048;
  int blocks_per_multiprocessor = 32;
  int registers_per_block = 65536;
  int64_t global_memory = int64_t{80} << 30;
  int l2_bytes = 50 << 20;
};
extern Target target;

enum class Order : int { forward, reverse, random };
enum class Mode : int { fast, check, profile };
extern Order order;
extern uint64_t order_seed;
extern Mode mode;

enum class State : uint8_t { unstarted, ready, running, at_barrier, in_warp_call, at_grid_barrier, done };

struct Block;
struct Thread {
  Block* block = nullptr;
  uint3 index{};
  int linear = 0;
  State state = State::unstarted;
  Fiber* fiber = nullptr;
  void* site = nullptr;    // of what it waits for
  uint64_t result = 0;     // of a warp call that is over
  unsigned spins = 0;      // atomics since it last waited
  uint64_t warp_time = 0;  // when it last did something together with its warp
};

// What the lanes of a warp are about to do together.
struct WarpCallState {
  WarpCall call{};
  unsigned mask = 0, arrived = 0;
  bool is_signed = false;
  uint64_t value[32];
  int source[32];
};

struct Warp {
  std::vector<WarpCallState> calls;  // of different masks or places, more than one at once
  unsigned alive = 0;                // lanes that have not ended
  unsigned active_waiting = 0;       // lanes that ask who else is here
};

struct Block {
  uint3 index{};
  uint64_t linear = 0;
  std::vector<Thread> threads;
  std::vector<Warp> warps;
  std::vector<int> sequence;  // in which order threads start and go on
  size_t next_unstarted = 0;
  int alive = 0, waiting = 0;
  void* barrier_site = nullptr;
  int votes_count = 0, votes_all = 1, votes_any = 0;
  int last_count = 0, last_all = 0, last_any = 0;
  uint64_t barrier_time = 0, atomic_time = 0;
  bool early_exit_noted = false;
  char* shared = nullptr;
};

// All launches of one kernel in one shape.
struct LaunchKey {
  std::string kernel, file;
  int line;
  dim3 grid, block;
  size_t dynamic_shared;
  bool operator<(const LaunchKey& other) const;
};
struct LaunchTotals {
  int64_t count = 0, threads = 0, barriers = 0, warp_issues = 0, lane_issues = 0;
  size_t static_shared = 0;
};

struct SharedRange {
  uint32_t offset, size;
};

struct LaunchState {
  uint64_t number = 0;
  const LaunchSite* site = nullptr;
  dim3 grid, block;
  size_t dynamic_shared = 0, static_shared = 0;
  Body body = nullptr;
  void* closure = nullptr;
  bool cooperative = false;
  LaunchTotals* totals = nullptr;
  std::vector<SharedRange> shared_ranges;
  uint64_t grid_barrier_time = 0;
  std::vector<uint64_t> fence_times;  // of each block its last __threadfence
};

// Kernel code runs exactly while `current` is set.
extern LaunchState launch;
extern uint64_t now;  // counts what orders memory accesses: barriers, warp calls, fences, atomics
extern Thread* current;
extern Fiber host;
extern std::map<LaunchKey, LaunchTotals> launches;
extern int64_t launch_count;
extern bool launching;  // false: launches are checked and counted, but no thread runs
extern bool dry;        // nor is there memory: addresses are promised, what is at them is never asked for
extern int last_error;
extern bool device_lost;  // after an illegal access nothing runs any more
extern std::vector<std::string> errors;
// Launches that a device of this architecture does not take.
struct Refused {
  std::string kernel, file;
  int line;
  std::string why;
};
extern std::vector<Refused> refused;
extern std::map<std::string, int64_t> library_calls;
struct Missing {
  std::string feature, reason;
  std::string kernel;
};
extern std::vector<Missing> missing;

constexpr size_t shared_arena_bytes = 256 << 10;
constexpr unsigned poison_word = 0x7fff7fff;  // a NaN in every floating-point format

// Give up the launch under way from inside one of its threads; never returns.
[[noreturn]] void abandon(int error, const std::string& detail);
[[noreturn]] void abandon_with(std::exception_ptr exception);

// The block's shared memory, and how much of it a launch may use.
char* shared_arena(size_t number);

// Random numbers of the random order.
uint64_t random_below(uint64_t n);
std::vector<int> sequence_of(int n);

// Runs blocks until all their threads have ended (scheduler.cpp).
void run_blocks(std::vector<Block*>& blocks);

std::string describe_thread(const Thread& thread);
std::string kernel_name();

}  // namespace gw
