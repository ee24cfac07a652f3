#pragma once
#include "gatewright_torch.h"
#include "gatewright_bindings.h"
