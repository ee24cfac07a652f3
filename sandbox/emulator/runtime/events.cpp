#include "events.h"

#include <map>
#include <tuple>

#include "report.h"
#include "state.h"

namespace gw {
namespace {

using Key = std::tuple<std::string, Fault, const void*, const void*, bool>;
std::map<Key, Event> noted;

}  // namespace

bool seen_before(Fault fault, const void* site, const void* other, bool same_value) {
  auto found = noted.find({kernel_name(), fault, site, other, same_value});
  if (found == noted.end()) return false;
  found->second.count++;
  return true;
}

void note(const Seen& seen) {
  constexpr size_t most = 400;
  if (seen_before(seen.fault, seen.site, seen.other, seen.same_value) || noted.size() >= most) return;
  noted[{kernel_name(), seen.fault, seen.site, seen.other, seen.same_value}] = {seen, kernel_name(), 1};
}

std::vector<Event> events() {
  std::vector<Event> all;
  for (const auto& [key, event] : noted) all.push_back(event);
  return all;
}

void forget_events() { noted.clear(); }

}  // namespace gw
