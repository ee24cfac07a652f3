// Warp matrix fragments: every lane holds its part, and a product is a plain loop over all parts.
#pragma once

#include <cuda_runtime.h>

namespace nvcuda::wmma {

struct matrix_a {};
struct matrix_b {};
struct accumulator {};
struct row_major {};
struct col_major {};
enum layout_t { mem_row_major, mem_col_major };
namespace precision {
struct tf32 {};
}  // namespace precision

template <class Element>
struct Storage {
  using type = Element;
};
template <>
struct Storage<precision::tf32> {
  using type = float;
};
// TF32 keeps ten bits of the mantissa.
static inline float __float_to_tf32(float x) { return gw::bits<float>((gw::bits<unsigned>(x) + 0x1000u) & ~0x1fffu); }

template <class Use, int M, int N, int K>
struct Shape;
template <int M, int N, int K>
struct Shape<matrix_a, M, N, K> {
  static constexpr int rows = M, columns = K;
};
template <int M, int N, int K>
struct Shape<matrix_b, M, N, K> {
  static constexpr int rows = K, columns = N;
};
template <int M, int N, int K>
struct Shape<accumulator, M, N, K> {
  static constexpr int rows = M, columns = N;
};

template <class Use, int M, int N, int K, class Element, class Layout = void>
struct fragment {
  using element_type = typename Storage<Element>::type;
  static constexpr int rows = Shape<Use, M, N, K>::rows, columns = Shape<Use, M, N, K>::columns;
  static constexpr int num_elements = rows * columns / 32;
  element_type x[num_elements];
};

template <class Use, int M, int N, int K, class Element, class Layout, class Value>
inline void fill_fragment(fragment<Use, M, N, K, Element, Layout>& to, Value value) {
  for (auto& element : to.x) element = typename Storage<Element>::type(value);
}

// Element i of lane l is number 32 i + l of the matrix, row by row: which lane holds what is not
// part of CUDA's interface.
template <class Fragment, class Pointer>
inline __attribute__((always_inline)) auto& element_at(Fragment&, int i, Pointer where, unsigned lead, bool by_rows) {
  const int number = 32 * i + gw::lane();
  const int row = number / Fragment::columns, column = number % Fragment::columns;
  return where[by_rows ? row * lead + column : column * lead + row];
}
template <class Use, int M, int N, int K, class Element, class Layout, class T>
inline __attribute__((always_inline)) void load_matrix_sync(fragment<Use, M, N, K, Element, Layout>& to, const T* from, unsigned lead) {
  __syncwarp();
  for (int i = 0; i < to.num_elements; i++) to.x[i] = element_at(to, i, from, lead, std::is_same_v<Layout, row_major>);
  __syncwarp();
}
template <int M, int N, int K, class Element, class T>
inline __attribute__((always_inline)) void load_matrix_sync(fragment<accumulator, M, N, K, Element>& to, const T* from, unsigned lead, layout_t layout) {
  __syncwarp();
  for (int i = 0; i < to.num_elements; i++) to.x[i] = element_at(to, i, from, lead, layout == mem_row_major);
  __syncwarp();
}
template <int M, int N, int K, class Element, class T>
inline __attribute__((always_inline)) void store_matrix_sync(T* to, const fragment<accumulator, M, N, K, Element>& from, unsigned lead, layout_t layout) {
  __syncwarp();
  for (int i = 0; i < from.num_elements; i++) element_at(from, i, to, lead, layout == mem_row_major) = from.x[i];
  __syncwarp();
}

// The whole matrix, gathered from all lanes.
template <class Fragment>
inline void gather(const Fragment& from, float* to) {
  for (int i = 0; i < Fragment::num_elements; i++)
    for (int lane = 0; lane < 32; lane++) to[32 * i + lane] = float(__shfl_sync(0xffffffffu, from.x[i], lane));
}
template <int M, int N, int K, class In, class LayoutA, class LayoutB, class Out, class Before>
inline void mma_sync(fragment<accumulator, M, N, K, Out>& d, const fragment<matrix_a, M, N, K, In, LayoutA>& a,
                     const fragment<matrix_b, M, N, K, In, LayoutB>& b, const fragment<accumulator, M, N, K, Before>& c) {
  float left[M * K], right[K * N];
  gather(a, left);
  gather(b, right);
  for (int i = 0; i < d.num_elements; i++) {
    const int number = 32 * i + gw::lane(), row = number / N, column = number % N;
    float sum = float(c.x[i]);
    for (int k = 0; k < K; k++) sum += left[row * K + k] * right[k * N + column];
    d.x[i] = Out(sum);
  }
}

}  // namespace nvcuda::wmma
