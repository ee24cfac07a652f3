// Streams, guards, generators, checks of CUDA's calls: what torch's headers for CUDA bring and its
// common ones do not.
#pragma once

#include "gatewright_torch.h"


namespace c10 {
namespace cuda {

struct CUDAStream {
    cudaStream_t stream() const;
    operator cudaStream_t() const;
    void synchronize() const;
    bool query() const;
    DeviceIndex device_index() const;
};
CUDAStream getCurrentCUDAStream(DeviceIndex = -1);
CUDAStream getDefaultCUDAStream(DeviceIndex = -1);
CUDAStream getStreamFromPool(bool = false, DeviceIndex = -1);
void setCurrentCUDAStream(CUDAStream);
DeviceIndex current_device();
DeviceIndex device_count();
void device_synchronize();
void set_device(DeviceIndex);

struct CUDAGuard {
    CUDAGuard(DeviceIndex);
    CUDAGuard(Device);
};
struct OptionalCUDAGuard {
    OptionalCUDAGuard();
    template <typename T> OptionalCUDAGuard(T);
};
struct CUDAStreamGuard {
    CUDAStreamGuard(CUDAStream);
};

}  // namespace cuda
}  // namespace c10

namespace at {

using OptionalDeviceGuard = c10::cuda::OptionalCUDAGuard;
using DeviceGuard = c10::cuda::CUDAGuard;

struct PhiloxCudaState {
    uint64_t seed_ = 0, offset_ = 0;
};
struct CUDAGeneratorImpl {
    struct Mutex {
        void lock();
        void unlock();
    } mutex_;
    PhiloxCudaState philox_cuda_state(uint64_t);
    std::pair<uint64_t, uint64_t> philox_engine_inputs(uint64_t);
};
template <typename T> T* get_generator_or_default(const std::optional<Generator>&, const Generator&);

namespace cuda {
using namespace c10::cuda;
cudaDeviceProp* getCurrentDeviceProperties();
cudaDeviceProp* getDeviceProperties(int64_t);
int warp_size();
void device_synchronize();
namespace detail {
const Generator& getDefaultCUDAGenerator(DeviceIndex = -1);
}
namespace philox {
inline __host__ __device__ std::tuple<uint64_t, uint64_t> unpack(PhiloxCudaState state) {
    return std::make_tuple(state.seed_, state.offset_);
}
}  // namespace philox
}  // namespace cuda

}  // namespace at

#define CUDA_KERNEL_LOOP_TYPE(i, n, type)                                                       \
    for (type i = blockIdx.x * static_cast<type>(blockDim.x) + threadIdx.x; i < (n);            \
         i += static_cast<type>(blockDim.x) * gridDim.x)
#define CUDA_KERNEL_LOOP(i, n) CUDA_KERNEL_LOOP_TYPE(i, n, int)

#define C10_CUDA_CHECK(call) TORCH_CHECK((call) == cudaSuccess)
#define C10_CUDA_CHECK_WARN(call) C10_CUDA_CHECK(call)
#define C10_CUDA_KERNEL_LAUNCH_CHECK() C10_CUDA_CHECK(cudaGetLastError())
#define AT_CUDA_CHECK(call) C10_CUDA_CHECK(call)
#define CUDA_CHECK_ERRORS() C10_CUDA_CHECK(cudaGetLastError())
#define TORCH_CUDABLAS_CHECK(call) TORCH_CHECK((call) == CUBLAS_STATUS_SUCCESS)
