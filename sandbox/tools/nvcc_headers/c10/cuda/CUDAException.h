#pragma once
#include "gatewright_torch_cuda.h"
