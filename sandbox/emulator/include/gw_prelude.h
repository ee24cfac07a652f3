// What every translation unit begins with; precompiled.
#pragma once

#include <cuda_runtime.h>

#include "gatewright/torch/torch.h"
