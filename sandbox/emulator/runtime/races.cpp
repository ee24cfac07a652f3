#include "races.h"

#include <cstring>
#include <map>

#include "events.h"
#include "shadow.h"

namespace gw {
namespace {

struct SharedShadow {
  std::vector<Cell> cells;
  uint32_t generation = 0;
};
std::map<const char*, SharedShadow> shared_shadows;

struct Pending {
  bool any = false;
  Seen seen;
  uintptr_t address = 0;
  uint32_t size = 0;
  char before[16];
};
Pending pending;

// Whether something orders an earlier access before what the running thread does now.
bool ordered(const AccessMark& earlier) {
  const Thread& thread = *current;
  const Block& block = *thread.block;
  if (earlier.time < launch.grid_barrier_time) return true;
  if (earlier.block == block.linear) {
    if (earlier.thread == thread.linear || earlier.time < block.barrier_time) return true;
    if (earlier.thread / 32 == thread.linear / 32 && earlier.time < thread.warp_time) return true;
  }
  // A fence after the access, and then an atomic here: the usual way to hand data over.
  const uint64_t fence = launch.fence_times[earlier.block];
  return earlier.time < fence && fence < block.atomic_time;
}

bool conflicts(const AccessMark& earlier, uint8_t bytes, bool atomic) {
  return (earlier.bytes & bytes) && !(earlier.atomic && atomic) && !ordered(earlier);
}

void race(const Access& access, const AccessMark& earlier, bool earlier_wrote, bool is_shared) {
  const Fault fault = is_shared ? Fault::race_shared : Fault::race_global;
  char text[240];
  snprintf(text, sizeof text, "%s what thread %u of block %u %s, and nothing orders the two (%s)",
           access.write ? "writes" : "reads", earlier.thread, earlier.block, earlier_wrote ? "wrote" : "read",
           describe_thread(*current).c_str());
  Seen seen{fault, access.site, earlier.site, text, access.write};
  if (!(access.write && earlier_wrote) || access.size > sizeof pending.before || pending.any) {
    note(seen);
    return;
  }
  pending.any = true;
  pending.seen = std::move(seen);
  pending.address = access.address;
  pending.size = access.size;
  memcpy(pending.before, reinterpret_cast<void*>(access.address), access.size);
}

bool raced_before(const Access& access, const AccessMark& earlier, bool is_shared) {
  const Fault fault = is_shared ? Fault::race_shared : Fault::race_global;
  return seen_before(fault, access.site, earlier.site, false);
}

void check_cell(Cell& cell, uint32_t generation, uint8_t bytes, const Access& access, bool is_shared) {
  if (cell.launch != generation) {
    cell.launch = generation;
    cell.write = cell.reads[0] = cell.reads[1] = {};
  }
  if (conflicts(cell.write, bytes, access.atomic) && !raced_before(access, cell.write, is_shared))
    race(access, cell.write, true, is_shared);
  const AccessMark mark{access.site, now, static_cast<uint32_t>(current->block->linear),
                        static_cast<uint16_t>(current->linear), bytes, access.atomic};
  if (access.write) {
    for (const AccessMark& read : cell.reads)
      if (conflicts(read, bytes, access.atomic) && !raced_before(access, read, is_shared))
        race(access, read, false, is_shared);
    const bool same = cell.write.block == mark.block && cell.write.thread == mark.thread;
    cell.write = mark;
    if (same) cell.write.bytes |= bytes;
    cell.ever_written |= bytes;
  }
  if (!access.write || access.atomic) {
    const AccessMark& first = cell.reads[0];
    const bool same = first.bytes == 0 || (first.block == mark.block && first.thread == mark.thread);
    cell.reads[same ? 0 : 1] = mark;
    cell.ever_read |= bytes;
  }
}

void check_initialised(const Access& access, uintptr_t word, bool is_shared) {
  unsigned value;
  memcpy(&value, reinterpret_cast<void*>(word), sizeof value);
  if (value != poison_word) return;
  const Fault fault = is_shared ? Fault::uninitialised_shared : Fault::uninitialised_global;
  if (seen_before(fault, access.site, nullptr, false)) return;
  note({fault, access.site, nullptr,
        std::string("reads ") + (is_shared ? "shared" : "global") + " memory that nothing was written to (" +
            describe_thread(*current) + ")"});
}

// Every word that an access touches, with which of its bytes.
template <class Use>
void each_word(const Access& access, uintptr_t base, Use use) {
  const uintptr_t first = (access.address - base) / 4, last = (access.address + access.size - 1 - base) / 4;
  for (uintptr_t word = first; word <= last; word++) {
    uint8_t bytes = 15;
    if (word == first) bytes &= static_cast<uint8_t>(15 << (access.address - base) % 4);
    if (word == last) bytes &= static_cast<uint8_t>(15 >> (3 - (access.address + access.size - 1 - base) % 4));
    use(word, bytes);
  }
}

uint64_t digest(const Range& range) {
  uint64_t hash = 1469598103934665603u;
  for (uintptr_t at = range.begin; at + 8 <= range.end; at += 8) {
    uint64_t word;
    memcpy(&word, reinterpret_cast<void*>(at), sizeof word);
    hash = (hash ^ word) * 1099511628211u;
    hash ^= hash >> 29;
  }
  for (uintptr_t at = range.end - (range.end - range.begin) % 8; at < range.end; at++)
    hash = (hash ^ *reinterpret_cast<unsigned char*>(at)) * 1099511628211u;
  return hash;
}

}  // namespace

void begin_races() { pending.any = false; }

void forget_shared(Block& block) {
  SharedShadow& shadow = shared_shadows[block.shared];
  if (shadow.cells.empty()) shadow.cells.resize(shared_arena_bytes / 4);
  shadow.generation++;
}

void check_shared_words(const Access& access, uint64_t offset) {
  SharedShadow& shadow = shared_shadows[current->block->shared];
  const uintptr_t base = access.address - offset;
  each_word(access, base, [&](uintptr_t word, uint8_t bytes) {
    if (!access.write || access.atomic) check_initialised(access, base + word * 4, true);
    check_cell(shadow.cells[word], shadow.generation, bytes, access, true);
  });
}

void check_global_words(const Access& access, Range& range) {
  if (range.shadow == nullptr) {
    range.shadow = new Shadow;
    range.shadow->cells.resize((range.end - range.begin) / 4 + 1);
  }
  Shadow& shadow = *range.shadow;
  if (access.write) shadow.dirty = true;
  each_word(access, range.begin, [&](uintptr_t word, uint8_t bytes) {
    const bool whole = range.begin + word * 4 + 4 <= range.end;
    if (whole && (!access.write || access.atomic)) check_initialised(access, range.begin + word * 4, false);
    check_cell(shadow.cells[word], static_cast<uint32_t>(launch.number), bytes, access, false);
  });
}

// A module's own variables: `__device__` ones, and what looks like them.
void check_named_words(const Access& access) {
  constexpr uintptr_t words = 1024;
  static std::map<uintptr_t, std::vector<Cell>> pages;
  static std::pair<uintptr_t, std::vector<Cell>*> last{};
  each_word(access, 0, [&](uintptr_t word, uint8_t bytes) {
    if (last.second == nullptr || last.first != word / words) {
      auto& page = pages[word / words];
      page.resize(words);
      last = {word / words, &page};
    }
    check_cell((*last.second)[word % words], static_cast<uint32_t>(launch.number), bytes, access, false);
  });
}

void settle() {
  if (!pending.any) return;
  pending.any = false;
  pending.seen.same_value = memcmp(pending.before, reinterpret_cast<void*>(pending.address), pending.size) == 0;
  note(pending.seen);
}

void remember_digests() {
  for (const auto& [begin, range] : ranges())
    if (range.shadow && range.shadow->dirty) {
      range.shadow->digest = digest(range);
      range.shadow->dirty = false;
    }
}

bool written_by_kernels(const void* where, size_t size, int64_t& bytes) {
  bytes = 0;
  const auto begin = reinterpret_cast<uintptr_t>(where);
  const Range* range = range_of(begin);
  if (range == nullptr || range->shadow == nullptr) return false;
  for (uintptr_t at = begin; at < begin + size && at < range->end; at++)
    bytes += range->shadow->cells[(at - range->begin) / 4].ever_written >> (at - range->begin) % 4 & 1;
  return range->shadow->digest == digest(*range);
}

}  // namespace gw
