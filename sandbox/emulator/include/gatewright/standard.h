// The standard headers that nearly every candidate needs: read before our macros exist, precompiled.
// What is precompiled is read back for every text that is compiled, so there is no more in it than
// that; `more.h` has the rest.
#pragma once

#include <bits/c++config.h>
// Bessel functions and their like, which CUDA has under other names, are a fifth of it all.
#undef _GLIBCXX_USE_STD_SPEC_FUNCS

#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <initializer_list>
#include <iosfwd>
#include <limits>
#include <memory>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>
