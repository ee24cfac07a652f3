// Declarations of what kernels' host code takes from torch's headers.
//
// nvcc only makes device code here, so nothing of this is ever linked or run: what host code calls
// is declared and has no body. What device code uses (accessors, half types, dispatch macros,
// atomics) is real, because registers are counted on it.
#pragma once

#include <algorithm>
#include <array>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <initializer_list>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

#include <cuda_runtime.h>

#include "gatewright_torch_scalars.h"
#include "gatewright_torch_accessors.h"
#include "gatewright_torch_tensor.h"
#include "gatewright_torch_functions.h"
#include "gatewright_torch_macros.h"
