// CUDA's declaration specifiers on a CPU. `__shared__`, `__constant__` and `__forceinline__` are
// the rewriter's; what is left of them (in a macro that it could not see through) works here.
#pragma once

#include "gatewright/standard.h"

#define __CUDACC__ 1
#define __NVCC__ 1
#define __CUDACC_VER_MAJOR__ 13
#define __CUDACC_VER_MINOR__ 0
#define CUDART_VERSION 13000
#define CUDA_VERSION 13000
// Device code is compiled once, for whatever target the run asks for; kernels that choose by
// architecture get the newest that every target's features allow.
#define __CUDA_ARCH__ 900

#define __global__
#define __device__
#define __host__
#define __managed__
#define __grid_constant__
#define __launch_bounds__(...)
#define __maxnreg__(...)
#define __cluster_dims__(...)
#define __shared__ static
#define __constant__ static
#define __align__(n) __attribute__((aligned(n)))
#define __builtin_align__(n) __attribute__((aligned(n)))
#define __device_builtin__
#define __cudart_builtin__
#define CUDARTAPI

// What is ours inside a kernel is not the kernel's: it is neither checked nor counted.
#define GW_UNSEEN __attribute__((no_sanitize("thread"), no_sanitize_coverage))
// A function of ours that must know where in the user's text it was called from.
#define GW_CALLED static __attribute__((noinline, unused)) GW_UNSEEN
#define GW_SITE __builtin_return_address(0)
