// Stacks that can be switched between: what the threads of a block run on.
#pragma once

#include <cstddef>

namespace gw {

struct Fiber {
  void* stack_pointer = nullptr;
  char* stack = nullptr;  // lowest address, above a guard page
};

constexpr size_t stack_bytes = 256 << 10;

using Entry = void (*)();

// A fiber that will call `entry`, which must never return.
Fiber* make_fiber(Entry entry);
// Forget what a fiber was doing: it will call `entry` again.
void renew_fiber(Fiber& fiber, Entry entry);
// Go on in `to`; returns when somebody switches back to `from`.
void switch_fiber(Fiber& from, Fiber& to);
// Whether an address is in the guard page of some fiber's stack.
bool in_guard_page(const void* where);

}  // namespace gw
