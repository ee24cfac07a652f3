#pragma once
#include <cublas_v2.h>

#include "gatewright_torch_cuda.h"

namespace at {
namespace cuda {
cublasHandle_t getCurrentCUDABlasHandle();
}
}  // namespace at
