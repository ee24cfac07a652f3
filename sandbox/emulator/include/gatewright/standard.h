// The standard headers that nearly every candidate needs: read before our macros exist, precompiled.
// What is precompiled is read back for every text that is compiled, so there is no more in it than
// that; `more.h` has the rest.
#pragma once

#include <bits/c++config.h>
// Bessel functions and their like, which CUDA has under other names, are a fifth of it all.
#undef _GLIBCXX_USE_STD_SPEC_FUNCS
// Every text that is compiled instantiates anew what inline functions of its headers call: wide
// strings, which nobody has, and conversions from text, which the library has for all.
#undef _GLIBCXX_USE_WCHAR_T
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cstdlib>

#ifndef GW_LIBRARY
#define GW_CONVERSIONS_ELSEWHERE
#endif
#ifdef GW_CONVERSIONS_ELSEWHERE
#pragma push_macro("_GLIBCXX_USE_C99_STDLIB")
#undef _GLIBCXX_USE_C99_STDLIB
#include <string>
#pragma pop_macro("_GLIBCXX_USE_C99_STDLIB")
#endif

#include <algorithm>
#include <array>
#include <cassert>
#include <cfloat>
#include <climits>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
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

#ifdef GW_CONVERSIONS_ELSEWHERE
// Defined in the library (runtime/text.cpp).
namespace std {
inline namespace __cxx11 {
int stoi(const string& text, size_t* end = nullptr, int base = 10);
long stol(const string& text, size_t* end = nullptr, int base = 10);
unsigned long stoul(const string& text, size_t* end = nullptr, int base = 10);
long long stoll(const string& text, size_t* end = nullptr, int base = 10);
unsigned long long stoull(const string& text, size_t* end = nullptr, int base = 10);
float stof(const string& text, size_t* end = nullptr);
double stod(const string& text, size_t* end = nullptr);
long double stold(const string& text, size_t* end = nullptr);
}  // namespace __cxx11
}  // namespace std
#endif
