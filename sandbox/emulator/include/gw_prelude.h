// What every translation unit begins with; precompiled.
#pragma once

#include <cuda_runtime.h>

#include "gatewright/torch/torch.h"
// By these a kernel could have itself passed over, put together by a macro.
#define no_sanitize(...) unused
#define no_sanitize_thread unused
#define __no_sanitize__(...) unused
#define __no_sanitize_thread__ unused
#define no_sanitize_coverage unused
#define __no_sanitize_coverage__ unused
