// Atomic additions of every type that tensors have.
#pragma once

#include <cuda_bf16.h>
#include <cuda_fp16.h>

#include "gatewright_torch_cuda.h"

template <typename T> __device__ inline T gpuAtomicAdd(T* place, T value) {
    return atomicAdd(place, value);
}
__device__ inline c10::Half gpuAtomicAdd(c10::Half* place, c10::Half value) {
    return atomicAdd(reinterpret_cast<__half*>(place), static_cast<__half>(value));
}
__device__ inline c10::BFloat16 gpuAtomicAdd(c10::BFloat16* place, c10::BFloat16 value) {
    return atomicAdd(reinterpret_cast<__nv_bfloat16*>(place), static_cast<__nv_bfloat16>(value));
}
__device__ inline int64_t gpuAtomicAdd(int64_t* place, int64_t value) {
    using Word = unsigned long long;
    return atomicAdd(reinterpret_cast<Word*>(place), static_cast<Word>(value));
}
__device__ inline int64_t atomicAdd(int64_t* place, int64_t value) {
    return gpuAtomicAdd(place, value);
}
__device__ inline c10::Half atomicAdd(c10::Half* place, c10::Half value) {
    return gpuAtomicAdd(place, value);
}
__device__ inline c10::BFloat16 atomicAdd(c10::BFloat16* place, c10::BFloat16 value) {
    return gpuAtomicAdd(place, value);
}
template <typename T> __device__ inline void gpuAtomicAddNoReturn(T* place, T value) {
    gpuAtomicAdd(place, value);
}
