#include "report.h"

#include <dlfcn.h>

#include <cstdio>

#include "counters.h"
#include "memory.h"
#include "state.h"

namespace gw {
namespace {

const char* fault_names[] = {
    "out_of_bounds",  "host_access", "misaligned",        "race_shared", "race_global", "uninitialised_shared",
    "uninitialised_global", "divergent_barrier", "early_exit",  "deadlock",    "warp_mask",
    "crash",          "timeout",           "stack_overflow",
};

std::string triple(dim3 size) {
  return "[" + std::to_string(size.x) + "," + std::to_string(size.y) + "," + std::to_string(size.z) + "]";
}

template <class Items, class Show>
std::string list(const Items& items, Show show) {
  std::string out = "[";
  for (const auto& item : items) out += (out.size() > 1 ? "," : "") + show(item);
  return out + "]";
}

}  // namespace

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\', out += c;
    else if (static_cast<unsigned char>(c) < 0x20) {
      char escape[8];
      snprintf(escape, sizeof escape, "\\u%04x", c);
      out += escape;
    } else out += c;
  }
  return out + '"';
}

// An address as the file it is in and the offset there, which the parent turns into a line.
std::string place(const void* site) {
  Dl_info info;
  if (site == nullptr || dladdr(site, &info) == 0 || info.dli_fname == nullptr) return "null";
  const auto offset = static_cast<const char*>(site) - static_cast<const char*>(info.dli_fbase);
  return "[" + quoted(info.dli_fname) + "," + std::to_string(offset) + "]";
}

std::string report() {
  std::string out = "{\"launches\":";
  out += list(launches, [](const auto& entry) {
    const auto& [key, totals] = entry;
    return "{\"kernel\":" + quoted(key.kernel) + ",\"file\":" + quoted(key.file) + ",\"line\":" +
           std::to_string(key.line) + ",\"grid\":" + triple(key.grid) + ",\"block\":" + triple(key.block) +
           ",\"static_shared\":" + std::to_string(totals.static_shared) +
           ",\"dynamic_shared\":" + std::to_string(key.dynamic_shared) + ",\"count\":" + std::to_string(totals.count) +
           ",\"threads\":" + std::to_string(totals.threads) + ",\"barriers\":" + std::to_string(totals.barriers) +
           ",\"warp_issues\":" + std::to_string(totals.warp_issues) +
           ",\"lane_issues\":" + std::to_string(totals.lane_issues) + "}";
  });
  out += ",\"events\":" + list(events(), [](const Event& event) {
    return "{\"kind\":" + quoted(fault_names[static_cast<int>(event.seen.fault)]) + ",\"kernel\":" +
           quoted(event.kernel) + ",\"site\":" + place(event.seen.site) + ",\"other\":" + place(event.seen.other) +
           ",\"detail\":" + quoted(event.seen.detail) + ",\"count\":" + std::to_string(event.count) +
           ",\"write\":" + (event.seen.write ? "true" : "false") +
           ",\"same_value\":" + (event.seen.same_value ? "true" : "false") + "}";
  });
  out += ",\"errors\":" + list(errors, quoted);
  out += ",\"refused\":" + list(refused, [](const Refused& each) {
    return "{\"kernel\":" + quoted(each.kernel) + ",\"file\":" + quoted(each.file) +
           ",\"line\":" + std::to_string(each.line) + ",\"why\":" + quoted(each.why) + "}";
  });
  out += ",\"library_calls\":" + list(library_calls, [](const auto& entry) {
    return "[" + quoted(entry.first) + "," + std::to_string(entry.second) + "]";
  });
  out += ",\"unsupported\":" + list(missing, [](const Missing& each) {
    return "{\"feature\":" + quoted(each.feature) + ",\"reason\":" + quoted(each.reason) +
           ",\"kernel\":" + quoted(each.kernel) + "}";
  });
  return out + counters_report() + "}";
}

}  // namespace gw
