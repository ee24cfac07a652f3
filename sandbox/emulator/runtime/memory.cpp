#include "memory.h"

#include <cstdlib>
#include <cstring>

#include "shadow.h"

namespace gw {

int last_error = 0;
std::vector<std::string> errors;
std::map<std::string, int64_t> library_calls;
std::vector<Missing> missing;
std::vector<Refused> refused;
size_t dynamic_shared_limit = 48 << 10;

namespace {

std::map<uintptr_t, Range> known;
std::map<uintptr_t, size_t> allocated;
uint64_t held = 0, copied_back = 0;
Range* last_found = nullptr;
uint64_t version = 1;

void forget(uintptr_t begin, uintptr_t end) {
  last_found = nullptr;
  auto found = known.upper_bound(begin);
  if (found != known.begin() && std::prev(found)->second.end > begin) --found;
  while (found != known.end() && found->second.begin < end) {
    version++;
    delete found->second.shadow;
    found = known.erase(found);
  }
}

}  // namespace

const std::map<uintptr_t, Range>& ranges() { return known; }
uint64_t ranges_version() { return version; }

Range* range_of(uintptr_t address) {
  if (last_found && address >= last_found->begin && address < last_found->end) return last_found;
  auto found = known.upper_bound(address);
  if (found == known.begin()) return nullptr;
  --found;
  if (address >= found->second.end) return nullptr;
  last_found = &found->second;
  return last_found;
}

std::string near_ranges(uintptr_t address) {
  auto after = known.upper_bound(address);
  std::string text;
  if (after != known.begin()) {
    const Range& below = std::prev(after)->second;
    text = std::to_string(address - below.end) + " bytes past the end of " + below.what + " of " +
           std::to_string(below.end - below.begin) + " bytes";
    if (address - below.end < (1 << 20)) return text;
  }
  if (after != known.end() && after->second.begin - address < (1 << 20))
    return std::to_string(after->second.begin - address) + " bytes before " + after->second.what + " of " +
           std::to_string(after->second.end - after->second.begin) + " bytes";
  return address < 4096 ? "a null pointer" : "far from any device memory";
}

void know(const void* where, size_t size, const char* what) {
  if (size == 0 || where == nullptr) return;
  const auto begin = reinterpret_cast<uintptr_t>(where);
  auto found = known.find(begin);
  if (found != known.end() && found->second.end == begin + size) return;
  forget(begin, begin + size);
  known[begin] = {begin, begin + size, what};
}

void poison(void* where, size_t size) {
  auto* words = static_cast<unsigned*>(where);
  for (size_t i = 0; i < size / 4; i++) words[i] = poison_word;
  if (size % 4) memcpy(static_cast<char*>(where) + size / 4 * 4, &poison_word, size % 4);
}

uint64_t held_bytes() { return held; }

void keep_from_host(const void* where) {
  if (Range* range = range_of(reinterpret_cast<uintptr_t>(where))) range->device_only = true;
}

void give_back_to_host() {
  for (auto& [begin, range] : known) range.device_only = false;
}

uint64_t read_back_bytes() { return copied_back; }

void* promised(size_t size) {
  static uintptr_t next = promised_begin;
  const uintptr_t where = next;
  next += size;
  return reinterpret_cast<void*>(where);
}

void* allocate(size_t size, const char* what) {
  if (size > static_cast<size_t>(target.global_memory)) return nullptr;
  const size_t whole = (size + 511) / 256 * 256;
  void* where = dry ? promised(whole) : aligned_alloc(256, whole);
  if (where == nullptr) return nullptr;
  const auto begin = reinterpret_cast<uintptr_t>(where);
  if (!dry) poison(where, size), forget(begin, begin + size);
  allocated[begin] = size;
  held += size;
  if (dry) return where;
  know(where, size, what);
  return where;
}

bool release(void* where) {
  if (where == nullptr) return true;
  const auto begin = reinterpret_cast<uintptr_t>(where);
  auto found = allocated.find(begin);
  if (found == allocated.end()) return false;
  held -= found->second;
  if (!dry) forget(begin, begin + found->second), free(where);
  allocated.erase(found);
  return true;
}

int fail(int error, const char* detail) {
  last_error = error;
  std::string text = error_text(error);
  if (launch.site) text = std::string(launch.site->kernel) + ": " + text;
  if (*detail) text += std::string(" (") + detail + ")";
  if (errors.size() < 50) errors.push_back(text);
  return error;
}

bool note_library_call(const char* name) {
  library_calls[name]++;
  return !dry;
}

void read_back(size_t bytes) {
  copied_back += bytes;
  if (dry) unsupported("a dry run", "the host reads what a kernel computed");
}

void unsupported(const char* feature, const char* reason) {
  missing.push_back({feature, reason, kernel_name()});
  std::runtime_error error(std::string("the emulator does not support ") + feature + ": " + reason);
  if (in_kernel()) abandon_with(std::make_exception_ptr(error));
  throw error;
}

void trap(const char* message) {
  abandon(assertion, message);
}

const char* error_name(int error) {
  switch (error) {
    case success: return "cudaSuccess";
    case invalid_value: return "cudaErrorInvalidValue";
    case memory_allocation: return "cudaErrorMemoryAllocation";
    case invalid_configuration: return "cudaErrorInvalidConfiguration";
    case invalid_device_pointer: return "cudaErrorInvalidDevicePointer";
    case too_many_resources: return "cudaErrorLaunchOutOfResources";
    case illegal_address: return "cudaErrorIllegalAddress";
    case launch_timeout: return "cudaErrorLaunchTimeout";
    case assertion: return "cudaErrorAssert";
    case misaligned_address: return "cudaErrorMisalignedAddress";
    case launch_failure: return "cudaErrorLaunchFailure";
    case cooperative_too_large: return "cudaErrorCooperativeLaunchTooLarge";
    case not_supported: return "cudaErrorNotSupported";
    default: return "cudaErrorUnknown";
  }
}

const char* error_text(int error) {
  switch (error) {
    case success: return "no error";
    case invalid_value: return "invalid argument";
    case memory_allocation: return "out of memory";
    case invalid_configuration: return "invalid configuration argument";
    case invalid_device_pointer: return "invalid device pointer";
    case too_many_resources: return "too many resources requested for launch";
    case illegal_address: return "an illegal memory access was encountered";
    case launch_timeout: return "the launch timed out and was terminated";
    case assertion: return "device-side assert triggered";
    case misaligned_address: return "misaligned address";
    case launch_failure: return "unspecified launch failure";
    case cooperative_too_large: return "too many blocks in cooperative launch";
    case not_supported: return "operation not supported";
    default: return "unknown error";
  }
}

}  // namespace gw
