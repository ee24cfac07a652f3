#pragma once
#include <cuda_runtime.h>
#include "gatewright/torch/torch.h"
#include <cublas_v2.h>
