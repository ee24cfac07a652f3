// Random numbers in kernels: Philox 4x32-10 as cuRAND defines it. The other generators' own
// sequences are not reproduced: they are Philox too, seeded apart.
#pragma once

#include <cuda_runtime.h>

namespace gw {

struct Philox {
  unsigned key[2], counter[4], output[4];
  int used;

  void start(unsigned long long seed, unsigned long long subsequence, unsigned long long offset) {
    key[0] = static_cast<unsigned>(seed);
    key[1] = static_cast<unsigned>(seed >> 32);
    counter[0] = static_cast<unsigned>(offset / 4);
    counter[1] = static_cast<unsigned>(offset / 4 >> 32);
    counter[2] = static_cast<unsigned>(subsequence);
    counter[3] = static_cast<unsigned>(subsequence >> 32);
    used = static_cast<int>(offset % 4);
    fill();
  }
  void fill() {
    unsigned x[4] = {counter[0], counter[1], counter[2], counter[3]}, k0 = key[0], k1 = key[1];
    for (int round = 0; round < 10; round++) {
      const uint64_t p = uint64_t{0xD2511F53u} * x[0], q = uint64_t{0xCD9E8D57u} * x[2];
      const unsigned y[4] = {static_cast<unsigned>(q >> 32) ^ x[1] ^ k0, static_cast<unsigned>(q),
                             static_cast<unsigned>(p >> 32) ^ x[3] ^ k1, static_cast<unsigned>(p)};
      for (int i = 0; i < 4; i++) x[i] = y[i];
      k0 += 0x9E3779B9u;
      k1 += 0xBB67AE85u;
    }
    for (int i = 0; i < 4; i++) output[i] = x[i];
  }
  unsigned next() {
    if (used == 4) {
      used = 0;
      for (unsigned& part : counter)
        if (++part != 0) break;
      fill();
    }
    return output[used++];
  }
};

// In (0, 1], as cuRAND's.
inline float uniform(unsigned x) { return static_cast<float>(x) * 2.3283064e-10f + 2.3283064e-10f / 2.0f; }

}  // namespace gw

struct curandStatePhilox4_32_10 : gw::Philox {};
struct curandStateXORWOW : gw::Philox {};
struct curandStateMRG32k3a : gw::Philox {};
typedef curandStatePhilox4_32_10 curandStatePhilox4_32_10_t;
typedef curandStateXORWOW curandStateXORWOW_t;
typedef curandStateXORWOW curandState;
typedef curandStateXORWOW curandState_t;
typedef curandStateMRG32k3a curandStateMRG32k3a_t;

template <class State>
static inline void curand_init(unsigned long long seed, unsigned long long subsequence, unsigned long long offset,
                               State* state) {
  constexpr bool is_philox = std::is_same_v<State, curandStatePhilox4_32_10>;
  state->start(is_philox ? seed : seed ^ 0x9E3779B97F4A7C15ull, subsequence, offset);
}
template <class State>
static inline unsigned curand(State* state) { return state->next(); }
template <class State>
static inline uint4 curand4(State* state) {
  const unsigned x = state->next(), y = state->next(), z = state->next(), w = state->next();
  return {x, y, z, w};
}
template <class State>
static inline float curand_uniform(State* state) { return gw::uniform(state->next()); }
template <class State>
static inline float4 curand_uniform4(State* state) {
  const uint4 x = curand4(state);
  return {gw::uniform(x.x), gw::uniform(x.y), gw::uniform(x.z), gw::uniform(x.w)};
}
template <class State>
static inline double curand_uniform_double(State* state) {
  const uint64_t x = state->next(), y = state->next();
  return static_cast<double>(x ^ y << 21) * 1.1102230246251565e-16 + 1.1102230246251565e-16 / 2;
}
template <class State>
static inline float2 curand_normal2(State* state) {
  const float radius = sqrtf(-2.0f * logf(curand_uniform(state)));
  const float angle = 6.2831853f * curand_uniform(state);
  return {radius * sinf(angle), radius * cosf(angle)};
}
template <class State>
static inline float curand_normal(State* state) { return curand_normal2(state).x; }
template <class State>
static inline float4 curand_normal4(State* state) {
  const float2 a = curand_normal2(state), b = curand_normal2(state);
  return {a.x, a.y, b.x, b.y};
}
template <class State>
static inline void skipahead(unsigned long long n, State* state) {
  for (unsigned long long i = 0; i < n; i++) state->next();
}
