// CUDA's vector types: sizes and alignments are part of the programming model.
#pragma once

#include "gatewright/qualifiers.h"

struct uint3 {
  unsigned x, y, z;
};

struct dim3 {
  unsigned x, y, z;
  constexpr dim3(unsigned x = 1, unsigned y = 1, unsigned z = 1) : x(x), y(y), z(z) {}
  constexpr dim3(uint3 v) : x(v.x), y(v.y), z(v.z) {}
  constexpr operator uint3() const { return {x, y, z}; }
};

#define GW_VECTOR1(type, name) \
  struct name##1 {             \
    type x;                    \
  };                           \
  static inline name##1 make_##name##1(type x) { return {x}; }
#define GW_VECTOR2(type, name, align)       \
  struct __attribute__((aligned(align))) name##2 { \
    type x, y;                              \
  };                                        \
  static inline name##2 make_##name##2(type x, type y) { return {x, y}; }
#define GW_VECTOR3(type, name) \
  struct name##3 {             \
    type x, y, z;              \
  };                           \
  static inline name##3 make_##name##3(type x, type y, type z) { return {x, y, z}; }
#define GW_VECTOR4(type, name, align)       \
  struct __attribute__((aligned(align))) name##4 { \
    type x, y, z, w;                        \
  };                                        \
  static inline name##4 make_##name##4(type x, type y, type z, type w) { return {x, y, z, w}; }
#define GW_VECTORS(type, name, align2, align4) \
  GW_VECTOR1(type, name)                       \
  GW_VECTOR2(type, name, align2)               \
  GW_VECTOR3(type, name)                       \
  GW_VECTOR4(type, name, align4)

GW_VECTORS(signed char, char, 2, 4)
GW_VECTORS(unsigned char, uchar, 2, 4)
GW_VECTORS(short, short, 4, 8)
GW_VECTORS(unsigned short, ushort, 4, 8)
GW_VECTORS(int, int, 8, 16)
GW_VECTORS(long, long, 16, 16)
GW_VECTORS(unsigned long, ulong, 16, 16)
GW_VECTORS(long long, longlong, 16, 16)
GW_VECTORS(unsigned long long, ulonglong, 16, 16)
GW_VECTORS(float, float, 8, 16)
GW_VECTORS(double, double, 16, 16)
GW_VECTOR1(unsigned, uint)
GW_VECTOR2(unsigned, uint, 8)
GW_VECTOR4(unsigned, uint, 16)
static inline uint3 make_uint3(unsigned x, unsigned y, unsigned z) { return {x, y, z}; }
