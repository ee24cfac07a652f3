#include "crash.h"

#include <signal.h>
#include <ucontext.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <string>

#include "report.h"
#include "state.h"

namespace gw {
namespace {

int descriptor = -1;

// Just past the instruction's first byte: other places are where a call returns to, and whoever
// looks lines up goes one byte back.
const void* place_of(const ucontext_t* context) {
#if defined(__x86_64__)
  return reinterpret_cast<const char*>(context->uc_mcontext.gregs[REG_RIP]) + 1;
#else
  return reinterpret_cast<const char*>(context->uc_mcontext.pc) + 1;
#endif
}

Fault fault_of(int signal, const void* address) {
  if (signal == SIGXCPU) return Fault::timeout;
  if (signal == SIGSEGV && in_guard_page(address)) return Fault::stack_overflow;
  return Fault::crash;
}

std::string detail_of(Fault fault, int signal, const siginfo_t* info) {
  std::string text;
  if (fault == Fault::timeout) text = "the kernel was still running when its time was over";
  else if (fault == Fault::stack_overflow) text = "a thread needs more than " + std::to_string(stack_bytes >> 10) + " KiB of stack";
  else {
    char address[40];
    snprintf(address, sizeof address, "%p", info->si_addr);
    text = signal == SIGFPE ? "an integer division by zero"
                            : std::string("signal ") + strsignal(signal) + " at address " + address;
  }
  if (current) text += " (" + describe_thread(*current) + ")";
  return text;
}

// Nothing is sure any more, but the process is lost anyway: the report is worth the try. A second
// signal while we are here ends the process at once.
void on_signal(int signal, siginfo_t* info, void* context) {
  struct sigaction standard {};
  standard.sa_handler = SIG_DFL;
  for (int each : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU}) sigaction(each, &standard, nullptr);
  const Fault fault = fault_of(signal, info->si_addr);
  // Where the crash is outside kernels it is the host code's.
  note({fault, place_of(static_cast<const ucontext_t*>(context)), nullptr,
        detail_of(fault, signal, info) + (current ? "" : " (not in a kernel)")});
  const std::string text = report();
  for (size_t done = 0; done < text.size();) {
    const ssize_t wrote = write(descriptor, text.data() + done, text.size() - done);
    if (wrote <= 0) break;
    done += static_cast<size_t>(wrote);
  }
  kill(getpid(), signal);
}

}  // namespace

void report_crashes_to(int chosen) {
  descriptor = chosen;
  // A thread that ran out of stack has none left for the handler.
  constexpr size_t enough = 256 << 10;
  static char* own = new char[enough];
  stack_t stack{};
  stack.ss_sp = own;
  stack.ss_size = enough;
  sigaltstack(&stack, nullptr);
  struct sigaction action {};
  action.sa_sigaction = on_signal;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  for (int each : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU}) sigaction(each, &action, nullptr);
}

}  // namespace gw
