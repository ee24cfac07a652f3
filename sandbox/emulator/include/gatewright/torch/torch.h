// Everything that `#include <torch/extension.h>` brings.
#pragma once

#include "gatewright/torch/bind.h"
#include "gatewright/torch/cuda_context.h"

namespace torch {
using namespace at;
using at::IntArrayRef;
using c10::TensorOptions;
namespace cuda {
using namespace at::cuda;
inline void synchronize(int = -1) { cudaDeviceSynchronize(); }
inline bool is_available() { return true; }
inline int device_count() { return 1; }
}  // namespace cuda
namespace autograd {
using at::AutoGradMode;
}
}  // namespace torch
