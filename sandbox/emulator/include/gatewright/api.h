// The part of the CUDA runtime API that candidates call: memory, streams, events, errors, devices.
// There is one device, everything is synchronous, and device memory is host memory.
#pragma once

#include "gatewright/model.h"

enum cudaError : int {
  cudaSuccess = 0,
  cudaErrorInvalidValue = 1,
  cudaErrorMemoryAllocation = 2,
  cudaErrorInitializationError = 3,
  cudaErrorInvalidConfiguration = 9,
  cudaErrorInvalidDevicePointer = 17,
  cudaErrorInvalidDevice = 101,
  cudaErrorIllegalAddress = 700,
  cudaErrorLaunchOutOfResources = 701,
  cudaErrorLaunchTimeout = 702,
  cudaErrorAssert = 710,
  cudaErrorLaunchFailure = 719,
  cudaErrorNotSupported = 801,
  cudaErrorUnknown = 999,
};
typedef enum cudaError cudaError_t;
typedef struct CUstream_st* cudaStream_t;
typedef struct CUevent_st* cudaEvent_t;
typedef cudaStream_t CUstream;

enum cudaMemcpyKind {
  cudaMemcpyHostToHost,
  cudaMemcpyHostToDevice,
  cudaMemcpyDeviceToHost,
  cudaMemcpyDeviceToDevice,
  cudaMemcpyDefault,
};
enum cudaFuncAttribute {
  cudaFuncAttributeMaxDynamicSharedMemorySize = 8,
  cudaFuncAttributePreferredSharedMemoryCarveout = 9,
  cudaFuncAttributeNonPortableClusterSizeAllowed = 13,
};
enum cudaSharedCarveout {
  cudaSharedmemCarveoutDefault = -1,
  cudaSharedmemCarveoutMaxShared = 100,
  cudaSharedmemCarveoutMaxL1 = 0,
};
enum cudaFuncCache {
  cudaFuncCachePreferNone,
  cudaFuncCachePreferShared,
  cudaFuncCachePreferL1,
  cudaFuncCachePreferEqual,
};
enum cudaSharedMemConfig {
  cudaSharedMemBankSizeDefault,
  cudaSharedMemBankSizeFourByte,
  cudaSharedMemBankSizeEightByte,
};
enum cudaLimit {
  cudaLimitStackSize,
  cudaLimitPrintfFifoSize,
  cudaLimitMallocHeapSize,
};
enum cudaDeviceAttr {
  cudaDevAttrMaxThreadsPerBlock = 1,
  cudaDevAttrMaxBlockDimX = 2,
  cudaDevAttrMaxBlockDimY = 3,
  cudaDevAttrMaxBlockDimZ = 4,
  cudaDevAttrMaxGridDimX = 5,
  cudaDevAttrMaxGridDimY = 6,
  cudaDevAttrMaxGridDimZ = 7,
  cudaDevAttrMaxSharedMemoryPerBlock = 8,
  cudaDevAttrWarpSize = 10,
  cudaDevAttrMaxRegistersPerBlock = 12,
  cudaDevAttrMultiProcessorCount = 16,
  cudaDevAttrL2CacheSize = 38,
  cudaDevAttrMaxThreadsPerMultiProcessor = 39,
  cudaDevAttrComputeCapabilityMajor = 75,
  cudaDevAttrComputeCapabilityMinor = 76,
  cudaDevAttrMaxSharedMemoryPerMultiprocessor = 81,
  cudaDevAttrCooperativeLaunch = 95,
  cudaDevAttrMaxSharedMemoryPerBlockOptin = 97,
};
enum {
  cudaStreamDefault = 0,
  cudaStreamNonBlocking = 1,
  cudaEventDefault = 0,
  cudaEventBlockingSync = 1,
  cudaEventDisableTiming = 2,
  cudaHostAllocDefault = 0,
  cudaHostAllocMapped = 2,
  cudaMemAttachGlobal = 1,
};
#define cudaStreamLegacy (static_cast<cudaStream_t>(nullptr))
#define cudaStreamPerThread (static_cast<cudaStream_t>(nullptr))

struct cudaDeviceProp {
  char name[256];
  size_t totalGlobalMem, sharedMemPerBlock, sharedMemPerBlockOptin, sharedMemPerMultiprocessor, totalConstMem;
  int regsPerBlock, regsPerMultiprocessor, warpSize, maxThreadsPerBlock, maxThreadsDim[3], maxGridSize[3];
  int maxThreadsPerMultiProcessor, maxBlocksPerMultiProcessor, multiProcessorCount, major, minor;
  int l2CacheSize, clockRate, memoryClockRate, memoryBusWidth, concurrentKernels, cooperativeLaunch;
  int persistingL2CacheMaxSize, accessPolicyMaxWindowSize;
};
struct cudaFuncAttributes {
  size_t sharedSizeBytes, constSizeBytes, localSizeBytes;
  int maxThreadsPerBlock, numRegs, ptxVersion, binaryVersion, maxDynamicSharedSizeBytes;
};

// Defined in the library (runtime/api.cpp).
cudaError_t cudaGetLastError();
cudaError_t cudaPeekAtLastError();
const char* cudaGetErrorString(cudaError_t error);
const char* cudaGetErrorName(cudaError_t error);
cudaError_t cudaDeviceSynchronize();
cudaError_t cudaGetDeviceProperties(cudaDeviceProp* properties, int device);
cudaError_t cudaDeviceGetAttribute(int* value, cudaDeviceAttr attribute, int device);
cudaError_t cudaMemcpy(void* to, const void* from, size_t size, cudaMemcpyKind kind = cudaMemcpyDefault);
cudaError_t cudaMemset(void* where, int value, size_t size);
cudaError_t cudaFree(void* where);
cudaError_t cudaMemGetInfo(size_t* free, size_t* total);
namespace gw {
cudaError_t allocate_for(void** where, size_t size, const char* what);
cudaError_t set_dynamic_shared_limit(int bytes);
int blocks_per_multiprocessor(int threads, size_t dynamic_shared);
}  // namespace gw

template <class T>
static inline cudaError_t cudaMalloc(T** where, size_t size) {
  return gw::allocate_for(reinterpret_cast<void**>(where), size, "a cudaMalloc");
}
template <class T>
static inline cudaError_t cudaMallocManaged(T** where, size_t size, unsigned = cudaMemAttachGlobal) {
  return cudaMalloc(where, size);
}
template <class T>
static inline cudaError_t cudaMallocAsync(T** where, size_t size, cudaStream_t) {
  return cudaMalloc(where, size);
}
template <class T>
static inline cudaError_t cudaMallocHost(T** where, size_t size, unsigned = 0) {
  return cudaMalloc(where, size);
}
template <class T>
static inline cudaError_t cudaHostAlloc(T** where, size_t size, unsigned) {
  return cudaMalloc(where, size);
}
static inline cudaError_t cudaFreeAsync(void* where, cudaStream_t) { return cudaFree(where); }
static inline cudaError_t cudaFreeHost(void* where) { return cudaFree(where); }
static inline cudaError_t cudaMemcpyAsync(void* to, const void* from, size_t size,
                                          cudaMemcpyKind kind = cudaMemcpyDefault, cudaStream_t = nullptr) {
  return cudaMemcpy(to, from, size, kind);
}
static inline cudaError_t cudaMemsetAsync(void* where, int value, size_t size, cudaStream_t = nullptr) {
  return cudaMemset(where, value, size);
}
static inline cudaError_t cudaMemcpy2D(void* to, size_t to_pitch, const void* from, size_t from_pitch, size_t width,
                                       size_t height, cudaMemcpyKind kind = cudaMemcpyDefault) {
  cudaError_t error = cudaSuccess;
  for (size_t row = 0; row < height && error == cudaSuccess; row++)
    error = cudaMemcpy(static_cast<char*>(to) + row * to_pitch, static_cast<const char*>(from) + row * from_pitch,
                       width, kind);
  return error;
}
static inline cudaError_t cudaMemcpy2DAsync(void* to, size_t to_pitch, const void* from, size_t from_pitch,
                                            size_t width, size_t height, cudaMemcpyKind kind, cudaStream_t = nullptr) {
  return cudaMemcpy2D(to, to_pitch, from, from_pitch, width, height, kind);
}
template <class Symbol>
static inline cudaError_t cudaMemcpyToSymbol(Symbol& symbol, const void* from, size_t size, size_t offset = 0,
                                             cudaMemcpyKind = cudaMemcpyHostToDevice) {
  if (offset + size > sizeof(Symbol)) return cudaErrorInvalidValue;
  memcpy(reinterpret_cast<char*>(const_cast<std::remove_const_t<Symbol>*>(&symbol)) + offset, from, size);
  return cudaSuccess;
}
template <class Symbol>
static inline cudaError_t cudaMemcpyToSymbolAsync(Symbol& symbol, const void* from, size_t size, size_t offset = 0,
                                                  cudaMemcpyKind kind = cudaMemcpyHostToDevice, cudaStream_t = nullptr) {
  return cudaMemcpyToSymbol(symbol, from, size, offset, kind);
}
template <class Symbol>
static inline cudaError_t cudaMemcpyFromSymbol(void* to, const Symbol& symbol, size_t size, size_t offset = 0,
                                               cudaMemcpyKind = cudaMemcpyDeviceToHost) {
  if (offset + size > sizeof(Symbol)) return cudaErrorInvalidValue;
  gw::read_back(size);
  memcpy(to, reinterpret_cast<const char*>(&symbol) + offset, size);
  return cudaSuccess;
}
template <class Symbol>
static inline cudaError_t cudaGetSymbolAddress(void** where, const Symbol& symbol) {
  *where = const_cast<void*>(static_cast<const void*>(&symbol));
  return cudaSuccess;
}

static inline cudaError_t cudaSetDevice(int device) { return device == 0 ? cudaSuccess : cudaErrorInvalidDevice; }
static inline cudaError_t cudaGetDevice(int* device) { return *device = 0, cudaSuccess; }
static inline cudaError_t cudaGetDeviceCount(int* count) { return *count = 1, cudaSuccess; }
static inline cudaError_t cudaDeviceReset() { return cudaSuccess; }
static inline cudaError_t cudaDeviceSetLimit(cudaLimit, size_t) { return cudaSuccess; }
static inline cudaError_t cudaDeviceSetCacheConfig(cudaFuncCache) { return cudaSuccess; }
static inline cudaError_t cudaDeviceSetSharedMemConfig(cudaSharedMemConfig) { return cudaSuccess; }
static inline cudaError_t cudaDriverGetVersion(int* version) { return *version = CUDA_VERSION, cudaSuccess; }
static inline cudaError_t cudaRuntimeGetVersion(int* version) { return *version = CUDART_VERSION, cudaSuccess; }

// Streams and events are marks without meaning, as nothing runs beside anything else.
static inline cudaError_t cudaStreamCreate(cudaStream_t* stream) {
  *stream = reinterpret_cast<cudaStream_t>(uintptr_t{16});
  return cudaSuccess;
}
static inline cudaError_t cudaStreamCreateWithFlags(cudaStream_t* stream, unsigned) { return cudaStreamCreate(stream); }
static inline cudaError_t cudaStreamCreateWithPriority(cudaStream_t* stream, unsigned, int) {
  return cudaStreamCreate(stream);
}
static inline cudaError_t cudaDeviceGetStreamPriorityRange(int* least, int* greatest) {
  *least = 0;
  *greatest = -5;
  return cudaSuccess;
}
static inline cudaError_t cudaStreamDestroy(cudaStream_t) { return cudaSuccess; }
static inline cudaError_t cudaStreamQuery(cudaStream_t) { return cudaSuccess; }
static inline cudaError_t cudaStreamSynchronize(cudaStream_t) { return cudaDeviceSynchronize(); }
static inline cudaError_t cudaStreamWaitEvent(cudaStream_t, cudaEvent_t, unsigned = 0) { return cudaSuccess; }
static inline cudaError_t cudaEventCreate(cudaEvent_t* event) {
  *event = reinterpret_cast<cudaEvent_t>(uintptr_t{16});
  return cudaSuccess;
}
static inline cudaError_t cudaEventCreateWithFlags(cudaEvent_t* event, unsigned) { return cudaEventCreate(event); }
static inline cudaError_t cudaEventRecord(cudaEvent_t, cudaStream_t = nullptr) { return cudaSuccess; }
static inline cudaError_t cudaEventQuery(cudaEvent_t) { return cudaSuccess; }
static inline cudaError_t cudaEventSynchronize(cudaEvent_t) { return cudaDeviceSynchronize(); }
static inline cudaError_t cudaEventDestroy(cudaEvent_t) { return cudaSuccess; }
static inline cudaError_t cudaEventElapsedTime(float* milliseconds, cudaEvent_t, cudaEvent_t) {
  *milliseconds = 1.0f;
  return cudaSuccess;
}

template <class Kernel>
static inline cudaError_t cudaFuncSetAttribute(Kernel, cudaFuncAttribute attribute, int value) {
  return attribute == cudaFuncAttributeMaxDynamicSharedMemorySize ? gw::set_dynamic_shared_limit(value) : cudaSuccess;
}
template <class Kernel>
static inline cudaError_t cudaFuncSetCacheConfig(Kernel, cudaFuncCache) {
  return cudaSuccess;
}
template <class Kernel>
static inline cudaError_t cudaFuncSetSharedMemConfig(Kernel, cudaSharedMemConfig) {
  return cudaSuccess;
}
template <class Kernel>
static inline cudaError_t cudaFuncGetAttributes(cudaFuncAttributes* attributes, Kernel) {
  *attributes = {0, 0, 0, 1024, 32, 90, 90, 48 << 10};
  return cudaSuccess;
}
template <class Kernel>
static inline cudaError_t cudaOccupancyMaxActiveBlocksPerMultiprocessor(int* blocks, Kernel, int threads,
                                                                       size_t dynamic_shared) {
  *blocks = gw::blocks_per_multiprocessor(threads, dynamic_shared);
  return cudaSuccess;
}
template <class Kernel>
static inline cudaError_t cudaOccupancyMaxPotentialBlockSize(int* grid, int* block, Kernel, size_t dynamic_shared = 0,
                                                            int limit = 0) {
  *block = limit > 0 && limit < 1024 ? limit : 1024;
  int multiprocessors = 0;
  cudaDeviceGetAttribute(&multiprocessors, cudaDevAttrMultiProcessorCount, 0);
  *grid = multiprocessors * gw::blocks_per_multiprocessor(*block, dynamic_shared);
  return cudaSuccess;
}

struct cudaLaunchConfig_t {
  dim3 gridDim, blockDim;
  size_t dynamicSmemBytes = 0;
  cudaStream_t stream = nullptr;
  void* attrs = nullptr;
  unsigned numAttrs = 0;
};

namespace gw {

// A launch by function pointer, its arguments as an array of pointers to them.
template <class... Parameters, size_t... I>
cudaError_t launch_array(void (*kernel)(Parameters...), dim3 grid, dim3 block, void** arguments, size_t shared,
                         bool cooperative, std::index_sequence<I...>) {
  auto thread = [&] { kernel(*static_cast<std::remove_reference_t<Parameters>*>(arguments[I])...); };
  static const LaunchSite site{"(launched by address)", "", 0};
  return static_cast<cudaError_t>(
      run(site, grid, block, shared, [](void* closure) { (*static_cast<decltype(thread)*>(closure))(); }, &thread,
          cooperative));
}

}  // namespace gw

template <class... Parameters>
static inline cudaError_t cudaLaunchKernel(void (*kernel)(Parameters...), dim3 grid, dim3 block, void** arguments,
                                           size_t shared = 0, cudaStream_t = nullptr) {
  return gw::launch_array(kernel, grid, block, arguments, shared, false, std::index_sequence_for<Parameters...>{});
}
template <class... Parameters>
static inline cudaError_t cudaLaunchCooperativeKernel(void (*kernel)(Parameters...), dim3 grid, dim3 block,
                                                      void** arguments, size_t shared = 0, cudaStream_t = nullptr) {
  return gw::launch_array(kernel, grid, block, arguments, shared, true, std::index_sequence_for<Parameters...>{});
}
template <class... Parameters, class... Arguments>
static inline cudaError_t cudaLaunchKernelEx(const cudaLaunchConfig_t* config, void (*kernel)(Parameters...),
                                             Arguments&&... arguments) {
  ::gw::named({"(launched by address)", "", 0}, kernel)
      .on(config->gridDim, config->blockDim, config->dynamicSmemBytes)(arguments...);
  return cudaPeekAtLastError();
}
