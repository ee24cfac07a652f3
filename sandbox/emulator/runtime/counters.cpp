#include "counters.h"

#include <algorithm>
#include <deque>
#include <tuple>
#include <unordered_map>

#include "memory.h"
#include "report.h"
#include "shadow.h"

namespace gw {
namespace {

enum class Kind { global_load, global_store, global_atomic, shared_load, shared_store, shared_atomic };
const char* kind_names[] = {"global_load", "global_store", "global_atomic", "shared_load", "shared_store", "shared_atomic"};

// One instruction of a warp: the addresses of the lanes that take part. Lanes run one after the
// other, so it fills up while they come by; the n-th time a lane is at a place belongs together
// with the n-th time of the others, as if the warp always came together again.
struct Request {
  unsigned lanes = 0;
  uintptr_t address[32];
};

struct PlaceState {
  uint32_t times[32] = {};
  uint32_t done = 0;  // requests that are complete and counted
  std::deque<Request> open;
};

struct Where {
  const void* site;
  Kind kind;
  uint32_t width;
  bool operator==(const Where& other) const {
    return site == other.site && kind == other.kind && width == other.width;
  }
};
struct WhereHash {
  size_t operator()(const Where& where) const {
    return reinterpret_cast<size_t>(where.site) * 31 + static_cast<size_t>(where.kind) * 7 + where.width;
  }
};

struct Steps {
  uint32_t times[32] = {};
};

struct WarpCounters {
  std::unordered_map<Where, PlaceState, WhereHash> places;
  std::unordered_map<const void*, Steps> steps;
  unsigned lanes = 0;
};
std::unordered_map<const Block*, std::vector<WarpCounters>> counting;

struct Totals {
  int64_t lanes = 0, requests = 0, sectors = 0, ideal_sectors = 0, wavefronts = 0, ideal_wavefronts = 0;
};
using Key = std::tuple<std::string, const void*, Kind, uint32_t>;
std::map<Key, Totals> totals;
struct StepTotals {
  int64_t warp_issues = 0, lane_issues = 0;
};
std::map<std::pair<std::string, const void*>, StepTotals> step_totals;

constexpr uintptr_t sector_bytes = 32;

void count_sectors(const Request& request, uint32_t width, Totals& total) {
  std::vector<uintptr_t> sectors, addresses;
  for (int lane = 0; lane < 32; lane++) {
    if (!(request.lanes >> lane & 1)) continue;
    const uintptr_t address = request.address[lane];
    addresses.push_back(address);
    for (uintptr_t s = address / sector_bytes; s <= (address + width - 1) / sector_bytes; s++) sectors.push_back(s);
  }
  auto distinct = [](std::vector<uintptr_t>& all) {
    std::sort(all.begin(), all.end());
    return static_cast<int64_t>(std::unique(all.begin(), all.end()) - all.begin());
  };
  total.sectors += distinct(sectors);
  total.ideal_sectors += (distinct(addresses) * width + static_cast<int64_t>(sector_bytes) - 1) / static_cast<int64_t>(sector_bytes);
}

// 32 banks of 4 bytes; of one word any number of lanes is served at once, but atomics one by one.
// Wide accesses are served half a warp, or a quarter, at a time.
void count_wavefronts(const Request& request, uint32_t width, bool atomic, Totals& total) {
  const int together = width <= 4 ? 32 : width == 8 ? 16 : 8;
  for (int first = 0; first < 32; first += together) {
    std::vector<uintptr_t> words[32];
    bool any = false;
    for (int lane = first; lane < first + together; lane++) {
      if (!(request.lanes >> lane & 1)) continue;
      any = true;
      for (uintptr_t w = request.address[lane] / 4; w <= (request.address[lane] + width - 1) / 4; w++) {
        auto& bank = words[w % 32];
        if (atomic || std::find(bank.begin(), bank.end(), w) == bank.end()) bank.push_back(w);
      }
    }
    if (!any) continue;
    size_t most = 1;
    for (const auto& bank : words) most = std::max(most, bank.size());
    total.wavefronts += static_cast<int64_t>(most);
    total.ideal_wavefronts++;
  }
}

void count(const Request& request, const Where& where) {
  Totals& total = totals[{launch.site->kernel, where.site, where.kind, where.width}];
  total.requests++;
  total.lanes += __builtin_popcount(request.lanes);
  if (where.kind <= Kind::global_atomic) count_sectors(request, where.width, total);
  else count_wavefronts(request, where.width, where.kind == Kind::shared_atomic, total);
}

Kind kind_of(const Access& access, bool is_shared) {
  if (access.atomic) return is_shared ? Kind::shared_atomic : Kind::global_atomic;
  if (access.write) return is_shared ? Kind::shared_store : Kind::global_store;
  return is_shared ? Kind::shared_load : Kind::global_load;
}

WarpCounters& own_warp() { return counting[current->block][current->linear / 32]; }

}  // namespace

void begin_counting(Block& block) {
  auto& warps = counting[&block];
  warps.assign(block.warps.size(), {});
  for (size_t w = 0; w < warps.size(); w++) warps[w].lanes = block.warps[w].alive;
}

void count_access(const Access& access, bool is_shared) {
  WarpCounters& warp = own_warp();
  const Where where{access.site, kind_of(access, is_shared), access.size};
  PlaceState& state = warp.places[where];
  const int lane = current->linear % 32;
  const uint32_t turn = state.times[lane]++ - state.done;
  while (state.open.size() <= turn) state.open.emplace_back();
  Request& request = state.open[turn];
  request.lanes |= 1u << lane;
  request.address[lane] = access.address;
  while (!state.open.empty() && state.open.front().lanes == warp.lanes) {
    count(state.open.front(), where);
    state.open.pop_front();
    state.done++;
  }
}

void count_step(const void* site) { own_warp().steps[site].times[current->linear % 32]++; }

void end_counting(Block& block) {
  for (WarpCounters& warp : counting[&block]) {
    for (auto& [where, state] : warp.places)
      for (const Request& request : state.open)
        if (request.lanes) count(request, where);
    for (const auto& [site, steps] : warp.steps) {
      StepTotals& total = step_totals[{launch.site->kernel, site}];
      int64_t sum = 0;
      for (const uint32_t times : steps.times) sum += times;
      const int64_t issues = *std::max_element(steps.times, steps.times + 32);
      total.warp_issues += issues;
      total.lane_issues += sum;
      launch.totals->warp_issues += issues;
      launch.totals->lane_issues += sum;
    }
  }
  counting.erase(&block);
}

void forget_counters() {
  totals.clear();
  step_totals.clear();
  for (const auto& [begin, range] : ranges()) {
    if (range.shadow == nullptr) continue;
    for (Cell& cell : range.shadow->cells) cell.ever_read = cell.ever_written = 0;
  }
}

std::string counters_report() {
  std::string out = ",\"sites\":[";
  const char* separator = "";
  for (const auto& [key, total] : totals) {
    const auto& [kernel, site, kind, width] = key;
    char text[360];
    snprintf(text, sizeof text,
             ",\"access\":\"%s\",\"width\":%u,\"lanes\":%lld,\"requests\":%lld,\"sectors\":%lld,\"ideal_sectors\":%lld,"
             "\"wavefronts\":%lld,\"ideal_wavefronts\":%lld}",
             kind_names[static_cast<int>(kind)], width, static_cast<long long>(total.lanes),
             static_cast<long long>(total.requests), static_cast<long long>(total.sectors),
             static_cast<long long>(total.ideal_sectors), static_cast<long long>(total.wavefronts),
             static_cast<long long>(total.ideal_wavefronts));
    out += separator + ("{\"kernel\":" + quoted(kernel)) + ",\"site\":" + place(site) + text;
    separator = ",";
  }
  out += "],\"branching\":[";
  separator = "";
  for (const auto& [key, total] : step_totals) {
    out += separator + ("{\"kernel\":" + quoted(key.first)) + ",\"site\":" + place(key.second) +
           ",\"warp_issues\":" + std::to_string(total.warp_issues) +
           ",\"lane_issues\":" + std::to_string(total.lane_issues) + "}";
    separator = ",";
  }
  out += "],\"touched\":[";
  separator = "";
  for (const auto& [begin, range] : ranges()) {
    if (mode != Mode::profile || range.shadow == nullptr) continue;
    int64_t read = 0, written = 0;
    for (const Cell& cell : range.shadow->cells) {
      read += __builtin_popcount(cell.ever_read);
      written += __builtin_popcount(cell.ever_written);
    }
    out += separator + ("{\"what\":" + quoted(range.what)) + ",\"size\":" + std::to_string(range.end - range.begin) +
           ",\"read\":" + std::to_string(read) + ",\"written\":" + std::to_string(written) + "}";
    separator = ",";
  }
  return out + "]";
}

}  // namespace gw
