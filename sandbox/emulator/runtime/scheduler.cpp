// The threads of a block: each runs until it must wait for others, then another one goes on.
//
// A fiber starts threads one after the other for as long as they end without waiting, so a kernel
// that never synchronises runs as a plain loop. A thread that waits keeps its fiber.

#include <deque>
#include <utility>

#include "events.h"
#include "hooks.h"
#include "state.h"

uint3 threadIdx, blockIdx;
dim3 blockDim, gridDim;

namespace gw {

Thread* current = nullptr;
Fiber host;

namespace {

std::vector<Block*>* running = nullptr;
size_t first_unstarted_block = 0;
std::deque<Thread*> ready;
std::vector<Fiber*> idle, all_fibers;
std::exception_ptr pending;
bool fresh_first = false;  // once: start another thread though some could go on

void enter(Thread& thread) {
  current = &thread;
  thread.state = State::running;
  threadIdx = thread.index;
  blockIdx = thread.block->index;
  hooks_thread(thread);
}

void fiber_main();

Thread* take_unstarted() {
  for (; first_unstarted_block < running->size(); first_unstarted_block++) {
    Block& block = *(*running)[first_unstarted_block];
    if (block.next_unstarted < block.sequence.size())
      return &block.threads[block.sequence[block.next_unstarted++]];
  }
  return nullptr;
}

bool any_unstarted() {
  for (size_t i = first_unstarted_block; i < running->size(); i++)
    if ((*running)[i]->next_unstarted < (*running)[i]->sequence.size()) return true;
  return false;
}

Thread* take_ready() {
  if (ready.empty()) return nullptr;
  Thread* thread = ready.front();
  ready.pop_front();
  return thread;
}

void make_ready(Thread& thread) {
  thread.state = State::ready;
  ready.push_back(&thread);
}

Warp& warp_of(Thread& thread) { return thread.block->warps[thread.linear / 32]; }

void release_barrier(Block& block) {
  block.last_count = block.votes_count;
  block.last_all = block.votes_all;
  block.last_any = block.votes_any;
  block.votes_count = block.votes_any = 0;
  block.votes_all = 1;
  block.waiting = 0;
  block.barrier_time = ++now;
  launch.totals->barriers++;
  if (order == Order::random) block.sequence = sequence_of(static_cast<int>(block.threads.size()));
  for (int i : block.sequence)
    if (block.threads[i].state == State::at_barrier) make_ready(block.threads[i]);
}

void release_grid_barrier() {
  launch.grid_barrier_time = ++now;
  for (Block* block : *running)
    for (int i : block->sequence)
      if (block->threads[i].state == State::at_grid_barrier) make_ready(block->threads[i]);
}

uint64_t reduced(const WarpCallState& call, unsigned lanes) {
  bool first = true;
  uint64_t total = 0;
  for (int lane = 0; lane < 32; lane++) {
    if (!(lanes >> lane & 1)) continue;
    const uint64_t value = call.value[lane];
    const bool less = call.is_signed ? static_cast<int64_t>(value) < static_cast<int64_t>(total)
                                     : value < total;
    if (first) total = value;
    else if (call.call == WarpCall::add) total += value;
    else if (call.call == WarpCall::minimum) total = less ? value : total;
    else if (call.call == WarpCall::maximum) total = less ? total : value;
    else if (call.call == WarpCall::bit_and) total &= value;
    else if (call.call == WarpCall::bit_or) total |= value;
    else if (call.call == WarpCall::bit_xor) total ^= value;
    first = false;
  }
  return total;
}

uint64_t result_of(const WarpCallState& call, unsigned lanes, int lane) {
  uint64_t found = 0;
  switch (call.call) {
    case WarpCall::sync:
      return 0;
    case WarpCall::shuffle: {
      const int source = call.source[lane];
      const bool there = source >= 0 && source < 32 && (lanes >> source & 1);
      return call.value[there ? source : lane];
    }
    case WarpCall::ballot:
      for (int other = 0; other < 32; other++)
        if ((lanes >> other & 1) && call.value[other]) found |= uint64_t{1} << other;
      return found;
    case WarpCall::match:
      for (int other = 0; other < 32; other++)
        if ((lanes >> other & 1) && call.value[other] == call.value[lane]) found |= uint64_t{1} << other;
      return found;
    default:
      return reduced(call, lanes);
  }
}

// All that take part have arrived, or nobody else will: everybody gets a result and goes on.
void complete(Thread& any, size_t index) {
  Warp& warp = warp_of(any);
  const WarpCallState call = warp.calls[index];
  warp.calls.erase(warp.calls.begin() + static_cast<ptrdiff_t>(index));
  const int first = any.linear / 32 * 32;
  now++;
  for (int lane = 0; lane < 32; lane++) {
    if (!(call.arrived >> lane & 1)) continue;
    Thread& thread = any.block->threads[first + lane];
    thread.result = result_of(call, call.arrived, lane);
    thread.warp_time = now;
    if (thread.state == State::in_warp_call) make_ready(thread);
  }
}

bool is_complete(const Warp& warp, const WarpCallState& call) {
  const unsigned needed = call.mask & warp.alive;
  return (call.arrived & needed) == needed;
}

// Lanes that asked who else is here: those that asked at the same place are.
bool answer_active_masks(Block& block) {
  bool any = false;
  for (size_t w = 0; w < block.warps.size(); w++) {
    unsigned waiting = block.warps[w].active_waiting;
    block.warps[w].active_waiting = 0;
    while (waiting) {
      Thread& first = block.threads[w * 32 + static_cast<size_t>(__builtin_ctz(waiting))];
      unsigned together = 0;
      for (int lane = 0; lane < 32; lane++)
        if ((waiting >> lane & 1) && block.threads[w * 32 + lane].site == first.site)
          together |= 1u << lane;
      for (int lane = 0; lane < 32; lane++) {
        if (!(together >> lane & 1)) continue;
        block.threads[w * 32 + lane].result = together;
        make_ready(block.threads[w * 32 + lane]);
      }
      waiting &= ~together;
      any = true;
    }
  }
  return any;
}

// Lanes named by a mask that will never come: go on with those that did, as devices do.
bool answer_partial_calls(Block& block) {
  for (size_t w = 0; w < block.warps.size(); w++) {
    Warp& warp = block.warps[w];
    if (warp.calls.empty()) continue;
    const WarpCallState& call = warp.calls.front();
    Thread& some = block.threads[w * 32 + static_cast<size_t>(__builtin_ctz(call.arrived))];
    char text[160];
    snprintf(text, sizeof text, "the mask 0x%08x names lanes 0x%08x that do not take part", call.mask,
             call.mask & warp.alive & ~call.arrived);
    note({Fault::warp_mask, some.site, nullptr, std::string(text) + " (" + describe_thread(some) + ")"});
    complete(some, 0);
    return true;
  }
  return false;
}

// Nobody can go on: those that wait for what will never come are let go on, or none are left.
bool resolve_stall() {
  bool alive = false, at_grid_barrier = true;
  for (Block* block : *running) {
    if (block->alive == 0) continue;
    alive = true;
    if (answer_active_masks(*block) || answer_partial_calls(*block)) return true;
    for (const Thread& thread : block->threads)
      if (thread.state != State::done && thread.state != State::at_grid_barrier) at_grid_barrier = false;
  }
  if (!alive) return false;
  if (at_grid_barrier) {
    release_grid_barrier();
    return true;
  }
  for (Block* block : *running)
    for (Thread& thread : block->threads)
      if (thread.state == State::at_barrier || thread.state == State::at_grid_barrier) {
        note({Fault::deadlock, thread.site, nullptr,
              "waits for threads that never come (" + describe_thread(thread) + ")"});
        fail(launch_timeout, "the block's threads wait for each other for ever");
        return false;
      }
  return false;
}

// The running thread cannot go on for now; returns when it can.
void wait(Thread& thread) {
  for (;;) {
    Thread* next = fresh_first ? nullptr : take_ready();
    if (next == &thread) break;
    current = nullptr;
    if (next != nullptr) {
      switch_fiber(*thread.fiber, *next->fiber);
      break;
    }
    if (any_unstarted()) {
      if (idle.empty()) {
        all_fibers.push_back(make_fiber(fiber_main));
        idle.push_back(all_fibers.back());
      }
      Fiber* fresh = idle.back();
      idle.pop_back();
      switch_fiber(*thread.fiber, *fresh);
      break;
    }
    if (!resolve_stall()) switch_fiber(*thread.fiber, host);
  }
  enter(thread);
}

// A thread has ended: those that waited only for it can go on.
void finish(Thread& thread) {
  thread.state = State::done;
  Block& block = *thread.block;
  Warp& warp = warp_of(thread);
  warp.alive &= ~(1u << (thread.linear & 31));
  block.alive--;
  for (size_t i = 0; i < warp.calls.size();)
    if (warp.calls[i].arrived && is_complete(warp, warp.calls[i])) complete(thread, i);
    else i++;
  if (block.waiting > 0 && block.waiting == block.alive) release_barrier(block);
  if (block.alive == 0) hooks_block_end(block);
}

void run_thread(Thread& thread, Fiber& fiber) {
  thread.fiber = &fiber;
  enter(thread);
  try {
    launch.body(launch.closure);
  } catch (...) {
    abandon_with(std::current_exception());
  }
  hooks_thread_end(thread);
  current = nullptr;
  finish(thread);
}

void fiber_main() {
  Fiber* self = nullptr;
  // Whoever switches to an idle fiber took it from the end of `idle`; it is the one we run on.
  for (Fiber* fiber : all_fibers) {
    char here;
    if (&here >= fiber->stack && &here < fiber->stack + stack_bytes) self = fiber;
  }
  for (;;) {
    if (Thread* next = std::exchange(fresh_first, false) ? nullptr : take_ready()) {
      idle.push_back(self);
      switch_fiber(*self, *next->fiber);
    } else if (Thread* fresh = take_unstarted()) {
      run_thread(*fresh, *self);
    } else if (!resolve_stall()) {
      idle.push_back(self);
      switch_fiber(*self, host);
    }
  }
}

}  // namespace

void run_blocks(std::vector<Block*>& blocks) {
  running = &blocks;
  first_unstarted_block = 0;
  ready.clear();
  fresh_first = false;
  pending = nullptr;
  if (idle.empty()) {
    all_fibers.push_back(make_fiber(fiber_main));
    idle.push_back(all_fibers.back());
  }
  Fiber* first = idle.back();
  idle.pop_back();
  switch_fiber(host, *first);
  current = nullptr;
  bool ended = true;
  for (Block* block : blocks) ended = ended && block->alive == 0;
  if (!ended) {
    // Threads that will never go on hold fibers: their stacks are made as new.
    idle.clear();
    for (Fiber* fiber : all_fibers) {
      renew_fiber(*fiber, fiber_main);
      idle.push_back(fiber);
    }
  }
  if (pending) std::rethrow_exception(std::exchange(pending, nullptr));
}

void abandon_with(std::exception_ptr exception) {
  pending = exception;
  Fiber lost;
  current = nullptr;
  switch_fiber(lost, host);
  __builtin_unreachable();
}

void abandon(int error, const std::string& detail) {
  fail(error, detail.c_str());
  if (error == illegal_address || error == assertion || error == misaligned_address) device_lost = true;
  Fiber lost;
  current = nullptr;
  switch_fiber(lost, host);
  __builtin_unreachable();
}

int barrier(Reduce reduce, int predicate) {
  void* site = GW_SITE;
  Thread& thread = *current;
  Block& block = *thread.block;
  hooks_sync();
  block.votes_count += predicate != 0;
  block.votes_all &= predicate != 0;
  block.votes_any |= predicate != 0;
  if (block.waiting == 0) {
    block.barrier_site = site;
  } else if (site != block.barrier_site && !seen_before(Fault::divergent_barrier, site, block.barrier_site, false)) {
    note({Fault::divergent_barrier, site, block.barrier_site,
          "threads of one block wait at different barriers (" + describe_thread(thread) + ")"});
  }
  const size_t total = block.threads.size();
  if (static_cast<size_t>(block.alive) < total && !block.early_exit_noted) {
    block.early_exit_noted = true;
    note({Fault::early_exit, site, nullptr,
          std::to_string(total - static_cast<size_t>(block.alive)) +
              " threads of the block had ended before this barrier"});
  }
  thread.site = site;
  thread.state = State::at_barrier;
  block.waiting++;
  if (block.waiting == block.alive) release_barrier(block);
  wait(thread);
  switch (reduce) {
    case Reduce::count: return block.last_count;
    case Reduce::all: return block.last_all;
    case Reduce::any: return block.last_any;
    default: return 0;
  }
}

void grid_barrier() {
  void* site = GW_SITE;
  if (!launch.cooperative)
    abandon(launch_failure, "a grid-wide barrier in a kernel that was not launched cooperatively");
  hooks_sync();
  current->site = site;
  current->state = State::at_grid_barrier;
  wait(*current);
}

uint64_t warp_call(WarpCall kind, unsigned mask, uint64_t value, int source, bool is_signed) {
  void* site = GW_SITE;
  Thread& thread = *current;
  Warp& warp = warp_of(thread);
  const int lane = thread.linear & 31;
  hooks_sync();
  thread.site = site;
  thread.spins = 0;
  if (!(mask >> lane & 1) && !seen_before(Fault::warp_mask, site, nullptr, false)) {
    note({Fault::warp_mask, site, nullptr, "the mask does not name the calling lane (" + describe_thread(thread) + ")"});
  }
  mask |= 1u << lane;
  size_t index = 0;
  for (; index < warp.calls.size(); index++) {
    const WarpCallState& call = warp.calls[index];
    if (call.call == kind && call.mask == mask && !(call.arrived >> lane & 1)) break;
  }
  if (index == warp.calls.size()) warp.calls.emplace_back();
  WarpCallState& call = warp.calls[index];
  call.call = kind;
  call.mask = mask;
  call.is_signed = is_signed;
  call.arrived |= 1u << lane;
  call.value[lane] = value;
  call.source[lane] = source;
  if (is_complete(warp, call)) {
    complete(thread, index);
    hooks_thread(thread);
  } else {
    thread.state = State::in_warp_call;
    wait(thread);
  }
  return thread.result;
}

unsigned active_mask() {
  void* site = GW_SITE;
  Thread& thread = *current;
  hooks_sync();
  thread.site = site;
  thread.state = State::in_warp_call;
  warp_of(thread).active_waiting |= 1u << (thread.linear & 31);
  wait(thread);
  return static_cast<unsigned>(thread.result);
}

int lane() { return current->linear & 31; }
unsigned live_lanes() { return warp_of(*current).alive; }
bool in_kernel() { return current != nullptr; }

void spin() {
  // Whoever waits for another thread's atomic must let it run.
  if (++current->spins < 32) return;
  current->spins = 0;
  fresh_first = any_unstarted();
  if (ready.empty() && !fresh_first) return;
  make_ready(*current);
  wait(*current);
}

}  // namespace gw
