// The runtime API's functions that need no template.

#include "gatewright/api.h"

#include <time.h>

#include "gatewright/intrinsics.h"
#include "memory.h"
#include "state.h"

using gw::target;

namespace {

int multiprocessor_registers() { return 65536; }

// Whether a copy stays inside the device memory that one of its ends is in.
bool fits(const void* where, size_t size) {
  const auto begin = reinterpret_cast<uintptr_t>(where);
  const gw::Range* range = gw::range_of(begin);
  return range == nullptr || begin + size <= range->end;
}

}  // namespace

cudaError_t cudaGetLastError() {
  const auto error = static_cast<cudaError_t>(gw::last_error);
  if (!gw::device_lost) gw::last_error = gw::success;
  return error;
}
cudaError_t cudaPeekAtLastError() { return static_cast<cudaError_t>(gw::last_error); }
const char* cudaGetErrorString(cudaError_t error) { return gw::error_text(error); }
const char* cudaGetErrorName(cudaError_t error) { return gw::error_name(error); }
cudaError_t cudaDeviceSynchronize() { return gw::device_lost ? cudaPeekAtLastError() : cudaSuccess; }

cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device) {
  if (device != 0) return cudaErrorInvalidDevice;
  *properties = {};
  snprintf(properties->name, sizeof properties->name, "emulated sm_%d", target.sm);
  properties->totalGlobalMem = static_cast<size_t>(target.global_memory);
  properties->sharedMemPerBlock = static_cast<size_t>(target.shared_per_block);
  properties->sharedMemPerBlockOptin = static_cast<size_t>(target.shared_opt_in);
  properties->sharedMemPerMultiprocessor = static_cast<size_t>(target.shared_per_multiprocessor);
  properties->totalConstMem = 64 << 10;
  properties->regsPerBlock = target.registers_per_block;
  properties->regsPerMultiprocessor = multiprocessor_registers();
  properties->warpSize = 32;
  properties->maxThreadsPerBlock = target.threads_per_block;
  for (int i = 0; i < 3; i++) {
    properties->maxThreadsDim[i] = target.block_limit[i];
    properties->maxGridSize[i] = static_cast<int>(target.grid_limit[i]);
  }
  properties->maxThreadsPerMultiProcessor = target.threads_per_multiprocessor;
  properties->maxBlocksPerMultiProcessor = target.blocks_per_multiprocessor;
  properties->multiProcessorCount = target.multiprocessors;
  properties->major = target.sm / 10;
  properties->minor = target.sm % 10;
  properties->l2CacheSize = target.l2_bytes;
  properties->concurrentKernels = properties->cooperativeLaunch = 1;
  return cudaSuccess;
}

cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int) {
  switch (attribute) {
    case cudaDevAttrMaxThreadsPerBlock: *value = target.threads_per_block; break;
    case cudaDevAttrMaxBlockDimX: *value = target.block_limit[0]; break;
    case cudaDevAttrMaxBlockDimY: *value = target.block_limit[1]; break;
    case cudaDevAttrMaxBlockDimZ: *value = target.block_limit[2]; break;
    case cudaDevAttrMaxGridDimX: *value = static_cast<int>(target.grid_limit[0]); break;
    case cudaDevAttrMaxGridDimY: *value = static_cast<int>(target.grid_limit[1]); break;
    case cudaDevAttrMaxGridDimZ: *value = static_cast<int>(target.grid_limit[2]); break;
    case cudaDevAttrMaxSharedMemoryPerBlock: *value = target.shared_per_block; break;
    case cudaDevAttrMaxSharedMemoryPerBlockOptin: *value = target.shared_opt_in; break;
    case cudaDevAttrMaxSharedMemoryPerMultiprocessor: *value = target.shared_per_multiprocessor; break;
    case cudaDevAttrWarpSize: *value = 32; break;
    case cudaDevAttrMaxRegistersPerBlock: *value = target.registers_per_block; break;
    case cudaDevAttrMultiProcessorCount: *value = target.multiprocessors; break;
    case cudaDevAttrL2CacheSize: *value = target.l2_bytes; break;
    case cudaDevAttrMaxThreadsPerMultiProcessor: *value = target.threads_per_multiprocessor; break;
    case cudaDevAttrComputeCapabilityMajor: *value = target.sm / 10; break;
    case cudaDevAttrComputeCapabilityMinor: *value = target.sm % 10; break;
    case cudaDevAttrCooperativeLaunch: *value = 1; break;
    default: return cudaErrorInvalidValue;
  }
  return cudaSuccess;
}

cudaError_t cudaMemcpy(void* to, const void* from, size_t size, cudaMemcpyKind kind) {
  if (size == 0) return cudaSuccess;
  if (kind == cudaMemcpyDeviceToHost || kind == cudaMemcpyDefault) gw::read_back(size);
  if (gw::dry) return cudaSuccess;
  if (to == nullptr || from == nullptr || !fits(to, size) || !fits(from, size))
    return static_cast<cudaError_t>(gw::fail(gw::invalid_value, "cudaMemcpy leaves the memory it names"));
  memmove(to, from, size);
  return cudaSuccess;
}

cudaError_t cudaMemset(void* where, int value, size_t size) {
  if (size == 0 || gw::dry) return cudaSuccess;
  if (where == nullptr || !fits(where, size))
    return static_cast<cudaError_t>(gw::fail(gw::invalid_value, "cudaMemset leaves the memory it names"));
  memset(where, value, size);
  return cudaSuccess;
}

cudaError_t cudaFree(void* where) {
  if (gw::release(where)) return cudaSuccess;
  return static_cast<cudaError_t>(gw::fail(gw::invalid_value, "cudaFree of what no cudaMalloc gave"));
}

cudaError_t cudaMemGetInfo(size_t* free, size_t* total) {
  *free = *total = static_cast<size_t>(target.global_memory);
  return cudaSuccess;
}

long long clock64() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1000000000ll + time.tv_nsec;
}

bool __isShared(const void* where) {
  const auto* byte = static_cast<const char*>(where);
  return gw::current && byte >= gw::current->block->shared &&
         byte < gw::current->block->shared + gw::shared_arena_bytes;
}
bool __isGlobal(const void* where) { return gw::range_of(reinterpret_cast<uintptr_t>(where)) != nullptr; }

// By Newton's method from Winitzki's approximation.
double erfinv(double x) {
  if (x <= -1 || x >= 1) return x == 1 ? INFINITY : x == -1 ? -INFINITY : NAN;
  const double l = log(1 - x * x), t = 2 / (M_PI * 0.147) + l / 2;
  double y = copysign(sqrt(sqrt(t * t - l / 0.147) - t), x);
  for (int i = 0; i < 3; i++) y -= (erf(y) - x) / (2 / sqrt(M_PI) * exp(-y * y));
  return y;
}
float erfinvf(float x) { return static_cast<float>(erfinv(double{x})); }

namespace gw {

cudaError_t allocate_for(void** where, size_t size, const char* what) {
  if (size == 0) return *where = nullptr, cudaSuccess;
  *where = allocate(size, what);
  if (*where == nullptr) {
    const std::string text = std::to_string(size) + " bytes";
    return static_cast<cudaError_t>(fail(memory_allocation, text.c_str()));
  }
  return cudaSuccess;
}

cudaError_t set_dynamic_shared_limit(int bytes) {
  if (bytes < 0 || bytes > target.shared_opt_in) {
    const std::string text = std::to_string(bytes) + " bytes of dynamic shared memory, this architecture allows " +
                             std::to_string(target.shared_opt_in);
    return static_cast<cudaError_t>(fail(invalid_value, text.c_str()));
  }
  dynamic_shared_limit = std::max(dynamic_shared_limit, static_cast<size_t>(bytes));
  return cudaSuccess;
}

int blocks_per_multiprocessor(int threads, size_t dynamic_shared) {
  if (threads <= 0) return 0;
  int blocks = std::min(target.threads_per_multiprocessor / threads, target.blocks_per_multiprocessor);
  // What the driver takes of every block's shared memory for itself.
  const auto each = static_cast<int>(dynamic_shared) + 1024;
  return std::min(blocks, target.shared_per_multiprocessor / each);
}

void failed_assertion(const char* condition, const char* file, int line) {
  const std::string text = std::string(file) + ":" + std::to_string(line) + ": assertion `" + condition + "' failed";
  if (in_kernel()) abandon(assertion, text);
  throw std::runtime_error(text);
}

}  // namespace gw
