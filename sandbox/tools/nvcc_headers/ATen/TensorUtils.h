#pragma once
#include "gatewright_torch.h"
