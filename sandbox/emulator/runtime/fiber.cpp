#include "fiber.h"

#include <sys/mman.h>
#include <unistd.h>

#include <cstdint>
#include <stdexcept>
#include <vector>

#if !defined(__x86_64__) && !defined(__aarch64__)
#error "the emulator's context switch is written for x86-64 and aarch64"
#endif

// Saves what the calling convention says a callee must keep, and the stack pointer.
extern "C" void gw_switch(void** save, void* load);

#if defined(__x86_64__)
asm(R"(
.text
.globl gw_switch
.hidden gw_switch
.type gw_switch, @function
gw_switch:
    pushq %rbp
    pushq %rbx
    pushq %r12
    pushq %r13
    pushq %r14
    pushq %r15
    movq %rsp, (%rdi)
    movq %rsi, %rsp
    popq %r15
    popq %r14
    popq %r13
    popq %r12
    popq %rbx
    popq %rbp
    ret
.size gw_switch, .-gw_switch
)");
#else
asm(R"(
.text
.globl gw_switch
.hidden gw_switch
.type gw_switch, %function
gw_switch:
    sub sp, sp, #160
    stp x19, x20, [sp, #0]
    stp x21, x22, [sp, #16]
    stp x23, x24, [sp, #32]
    stp x25, x26, [sp, #48]
    stp x27, x28, [sp, #64]
    stp x29, x30, [sp, #80]
    stp d8, d9, [sp, #96]
    stp d10, d11, [sp, #112]
    stp d12, d13, [sp, #128]
    stp d14, d15, [sp, #144]
    mov x2, sp
    str x2, [x0]
    mov sp, x1
    ldp x19, x20, [sp, #0]
    ldp x21, x22, [sp, #16]
    ldp x23, x24, [sp, #32]
    ldp x25, x26, [sp, #48]
    ldp x27, x28, [sp, #64]
    ldp x29, x30, [sp, #80]
    ldp d8, d9, [sp, #96]
    ldp d10, d11, [sp, #112]
    ldp d12, d13, [sp, #128]
    ldp d14, d15, [sp, #144]
    add sp, sp, #160
    ret
.size gw_switch, .-gw_switch
)");
#endif

namespace gw {
namespace {

std::vector<Fiber*> fibers;

size_t page_bytes() {
  static const size_t bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

// The first switch to a fiber pops zeros into the registers and returns into `entry`.
void* first_frame(char* top, Entry entry) {
  auto* slot = reinterpret_cast<void**>(reinterpret_cast<uintptr_t>(top) & ~uintptr_t{15});
#if defined(__x86_64__)
  *--slot = nullptr;  // where `entry` would return to; also aligns its frame
  *--slot = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; i++) *--slot = nullptr;
#else
  slot -= 20;
  for (int i = 0; i < 20; i++) slot[i] = nullptr;
  slot[11] = reinterpret_cast<void*>(entry);  // x30
#endif
  return slot;
}

}  // namespace

Fiber* make_fiber(Entry entry) {
  const size_t guard = page_bytes();
  void* mapped = mmap(nullptr, stack_bytes + guard, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) throw std::bad_alloc();
  mprotect(mapped, guard, PROT_NONE);
  auto* fiber = new Fiber;
  fiber->stack = static_cast<char*>(mapped) + guard;
  renew_fiber(*fiber, entry);
  fibers.push_back(fiber);
  return fiber;
}

void renew_fiber(Fiber& fiber, Entry entry) {
  fiber.stack_pointer = first_frame(fiber.stack + stack_bytes, entry);
}

void switch_fiber(Fiber& from, Fiber& to) { gw_switch(&from.stack_pointer, to.stack_pointer); }

bool in_guard_page(const void* where) {
  const auto address = reinterpret_cast<uintptr_t>(where);
  for (const Fiber* fiber : fibers) {
    const auto stack = reinterpret_cast<uintptr_t>(fiber->stack);
    if (address >= stack - page_bytes() && address < stack) return true;
  }
  return false;
}

}  // namespace gw
