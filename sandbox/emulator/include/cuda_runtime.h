// The CUDA runtime API and device functions, on a CPU.
#pragma once

#include "math_constants.h"
#include "gatewright/api.h"
#include "gatewright/atomics.h"
#include "gatewright/half.h"
#include "gatewright/intrinsics.h"
#include "gatewright/math.h"
#include "gatewright/model.h"
#include "gatewright/warp.h"
