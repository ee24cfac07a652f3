// Read before every source: what torch's load_inline puts above the device code.
#pragma once

#include <cuda.h>
#include <cuda_runtime.h>
#include <torch/types.h>
