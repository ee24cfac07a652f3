// A launch: the limits of the architecture, then its blocks one after the other.

#include <algorithm>
#include <cstring>
#include <memory>
#include <numeric>

#include "events.h"
#include "hooks.h"
#include "memory.h"
#include "state.h"

namespace gw {

Target target;
Order order = Order::forward;
uint64_t order_seed = 0;
Mode mode = Mode::fast;
LaunchState launch;
uint64_t now = 1;
std::map<LaunchKey, LaunchTotals> launches;
int64_t launch_count = 0;
bool device_lost = false;
bool launching = true;
bool dry = false;

namespace {

uint64_t random_state = 88172645463325252u;

std::vector<std::unique_ptr<char, decltype(&free)>> arenas;

std::tuple<const std::string&, const std::string&, int, unsigned, unsigned, unsigned, unsigned, unsigned,
           unsigned, size_t>
fields(const LaunchKey& key) {
  return {key.kernel,  key.file,    key.line,    key.grid.x,  key.grid.y,
          key.grid.z,  key.block.x, key.block.y, key.block.z, key.dynamic_shared};
}

// Why the device would refuse this launch; success where it would not.
int refusal(const LaunchSite& site, dim3 grid, dim3 block, size_t shared, std::string& why) {
  const uint64_t threads = uint64_t{block.x} * block.y * block.z;
  const unsigned blocks[3] = {grid.x, grid.y, grid.z}, sides[3] = {block.x, block.y, block.z};
  for (int i = 0; i < 3; i++) {
    const char axis = static_cast<char>('x' + i);
    if (blocks[i] == 0 || blocks[i] > target.grid_limit[i]) {
      why = std::string("grid.") + axis + " is " + std::to_string(blocks[i]) + ", the limit is " +
            std::to_string(target.grid_limit[i]);
      return invalid_configuration;
    }
    if (sides[i] == 0 || sides[i] > static_cast<unsigned>(target.block_limit[i])) {
      why = std::string("block.") + axis + " is " + std::to_string(sides[i]) + ", the limit is " +
            std::to_string(target.block_limit[i]);
      return invalid_configuration;
    }
  }
  if (threads > static_cast<uint64_t>(target.threads_per_block)) {
    why = std::to_string(threads) + " threads a block, the limit is " + std::to_string(target.threads_per_block);
    return invalid_configuration;
  }
  if (site.bound > 0 && threads > static_cast<uint64_t>(site.bound)) {
    why = std::to_string(threads) + " threads a block, __launch_bounds__ allows " + std::to_string(site.bound);
    return too_many_resources;
  }
  if (shared > dynamic_shared_limit) {
    why = std::to_string(shared) + " bytes of dynamic shared memory, the limit is " +
          std::to_string(dynamic_shared_limit) +
          (dynamic_shared_limit < static_cast<size_t>(target.shared_opt_in)
               ? " (cudaFuncSetAttribute can raise it to " + std::to_string(target.shared_opt_in) + ")"
               : "");
    return invalid_value;
  }
  return success;
}

void prepare(Block& block, dim3 size) {
  const int threads = static_cast<int>(size.x * size.y * size.z);
  block.threads.assign(threads, Thread{});
  block.warps.assign((threads + 31) / 32, Warp{});
  for (int i = 0; i < threads; i++) {
    Thread& thread = block.threads[i];
    thread.block = &block;
    thread.linear = i;
    thread.index = {i % size.x, i / size.x % size.y, i / (size.x * size.y)};
    block.warps[i / 32].alive |= 1u << (i % 32);
  }
}

void begin(Block& block, uint64_t linear) {
  block.index = {static_cast<unsigned>(linear % launch.grid.x),
                 static_cast<unsigned>(linear / launch.grid.x % launch.grid.y),
                 static_cast<unsigned>(linear / launch.grid.x / launch.grid.y)};
  block.linear = linear;
  const int threads = static_cast<int>(block.threads.size());
  for (Warp& warp : block.warps) {
    warp.calls.clear();
    warp.alive = warp.active_waiting = 0;
  }
  for (Thread& thread : block.threads) {
    thread.state = State::unstarted;
    thread.fiber = nullptr;
    thread.spins = 0;
    thread.warp_time = 0;
    block.warps[thread.linear / 32].alive |= 1u << (thread.linear % 32);
  }
  block.sequence = sequence_of(threads);
  block.next_unstarted = 0;
  block.alive = threads;
  block.waiting = block.votes_count = block.votes_any = 0;
  block.votes_all = 1;
  block.early_exit_noted = false;
  block.barrier_time = block.atomic_time = 0;
  poison(block.shared, shared_arena_bytes);
  hooks_block_begin(block);
}

void run_one_after_the_other(uint64_t blocks) {
  Block block;
  prepare(block, launch.block);
  block.shared = shared_arena(0);
  std::vector<Block*> one{&block};
  if (order == Order::random) {
    const std::vector<int> sequence = sequence_of(static_cast<int>(blocks));
    for (int linear : sequence) begin(block, static_cast<uint64_t>(linear)), run_blocks(one);
    return;
  }
  for (uint64_t i = 0; i < blocks && !device_lost; i++) {
    begin(block, order == Order::reverse ? blocks - 1 - i : i);
    run_blocks(one);
  }
}

void run_all_at_once(uint64_t count) {
  std::vector<std::unique_ptr<Block>> blocks;
  std::vector<Block*> all;
  for (int linear : sequence_of(static_cast<int>(count))) {
    blocks.push_back(std::make_unique<Block>());
    prepare(*blocks.back(), launch.block);
    blocks.back()->shared = shared_arena(blocks.size() - 1);
    begin(*blocks.back(), static_cast<uint64_t>(linear));
    all.push_back(blocks.back().get());
  }
  run_blocks(all);
}

}  // namespace

bool LaunchKey::operator<(const LaunchKey& other) const { return fields(*this) < fields(other); }

char* shared_arena(size_t number) {
  while (arenas.size() <= number)
    arenas.emplace_back(static_cast<char*>(aligned_alloc(1024, shared_arena_bytes)), &free);
  return arenas[number].get();
}

uint64_t random_below(uint64_t n) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  random_state ^= random_state << 17;
  return random_state % n;
}

void seed_random(uint64_t seed) { random_state = 88172645463325252u + seed * 0x9e3779b97f4a7c15u; }

std::vector<int> sequence_of(int n) {
  std::vector<int> sequence(static_cast<size_t>(n));
  std::iota(sequence.begin(), sequence.end(), 0);
  if (order == Order::reverse) std::reverse(sequence.begin(), sequence.end());
  if (order == Order::random)
    for (int i = n - 1; i > 0; i--)
      std::swap(sequence[static_cast<size_t>(i)], sequence[random_below(static_cast<uint64_t>(i) + 1)]);
  return sequence;
}

int run(const LaunchSite& site, dim3 grid, dim3 block, size_t shared, Body body, void* closure,
        bool cooperative) {
  if (in_kernel()) unsupported("dynamic parallelism", "a kernel launches a kernel, which the emulator cannot run");
  if (device_lost) return fail(illegal_address, "an earlier kernel lost the device");
  launch.site = &site;
  std::string why;
  if (const int error = refusal(site, grid, block, shared, why)) {
    if (refused.size() < 50) refused.push_back({site.kernel, site.file, site.line, why});
    return fail(error, why.c_str());
  }
  const uint64_t blocks = uint64_t{grid.x} * grid.y * grid.z;
  if (cooperative && launching && blocks * block.x * block.y * block.z > 16384)
    unsupported("cooperative launch", "more than 16384 threads would have to be alive at once");
  launch = LaunchState{};
  launch.number = static_cast<uint64_t>(++launch_count);
  launch.site = &site;
  launch.grid = gridDim = grid;
  launch.block = blockDim = block;
  launch.dynamic_shared = shared;
  launch.body = body;
  launch.closure = closure;
  launch.cooperative = cooperative;
  LaunchTotals& totals = launches[{site.kernel, site.file, site.line, grid, block, shared}];
  launch.totals = &totals;
  totals.count++;
  totals.threads += static_cast<int64_t>(blocks * block.x * block.y * block.z);
  if (!launching) return success;
  const int before = last_error;
  hooks_launch_begin();
  if (cooperative) run_all_at_once(blocks);
  else run_one_after_the_other(blocks);
  hooks_launch_end();
  totals.static_shared = std::max(totals.static_shared, launch.static_shared);
  return last_error == before ? success : last_error;
}

void* dynamic_shared() { return current->block->shared; }
size_t dynamic_shared_size() { return launch.dynamic_shared; }

void* shared_at(SharedSlot& slot, size_t size, size_t alignment) {
  if (slot.launch != launch.number) {
    // A gap after every variable, so that running past its end is seen; multiples of the width of
    // all banks, so that it changes no conflicts.
    constexpr size_t gap = 128;
    size_t offset = launch.dynamic_shared + gap;
    if (!launch.shared_ranges.empty()) offset = launch.shared_ranges.back().offset + launch.shared_ranges.back().size + gap;
    alignment = std::max<size_t>(alignment, 128);
    offset = (offset + alignment - 1) / alignment * alignment;
    launch.static_shared = (launch.static_shared + std::min<size_t>(alignment, 16) - 1) / 16 * 16 + size;
    const size_t most = static_cast<size_t>(target.shared_per_block);
    if (launch.static_shared > most || offset + size + gap > shared_arena_bytes)
      abandon(invalid_value, std::to_string(launch.static_shared) + " bytes of static shared memory, the limit is " + std::to_string(most));
    if (launch.static_shared + launch.dynamic_shared > std::max(most, dynamic_shared_limit))
      abandon(invalid_value, std::to_string(launch.static_shared + launch.dynamic_shared) +
                                 " bytes of shared memory, the limit is " + std::to_string(std::max(most, dynamic_shared_limit)));
    launch.shared_ranges.push_back({static_cast<uint32_t>(offset), static_cast<uint32_t>(size)});
    slot = {launch.number, static_cast<uint32_t>(offset)};
  }
  return current->block->shared + slot.offset;
}

std::string describe_thread(const Thread& thread) {
  char text[120];
  snprintf(text, sizeof text, "block (%u,%u,%u), thread (%u,%u,%u)", thread.block->index.x, thread.block->index.y,
           thread.block->index.z, thread.index.x, thread.index.y, thread.index.z);
  return text;
}

std::string kernel_name() { return launch.site ? launch.site->kernel : ""; }

}  // namespace gw
