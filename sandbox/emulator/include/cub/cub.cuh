// CUB's collectives for a block and a warp, by its interface; the loops are plain.
#pragma once

#include <cuda_runtime.h>

#define GW_IN_CUB inline __attribute__((always_inline))

namespace cub {

struct Sum {
  template <class T>
  T operator()(const T& a, const T& b) const { return a + b; }
};
struct Max {
  template <class T>
  T operator()(const T& a, const T& b) const { return a < b ? b : a; }
};
struct Min {
  template <class T>
  T operator()(const T& a, const T& b) const { return b < a ? b : a; }
};
template <class Key, class T>
struct KeyValuePair {
  Key key;
  T value;
};
struct ArgMax {
  template <class P>
  P operator()(const P& a, const P& b) const { return b.value > a.value || (b.value == a.value && b.key < a.key) ? b : a; }
};
struct ArgMin {
  template <class P>
  P operator()(const P& a, const P& b) const { return b.value < a.value || (b.value == a.value && b.key < a.key) ? b : a; }
};
enum BlockReduceAlgorithm { BLOCK_REDUCE_RAKING_COMMUTATIVE_ONLY, BLOCK_REDUCE_RAKING, BLOCK_REDUCE_WARP_REDUCTIONS };
enum BlockScanAlgorithm { BLOCK_SCAN_RAKING, BLOCK_SCAN_RAKING_MEMOIZE, BLOCK_SCAN_WARP_SCANS };

// Every thread puts its value into the shared storage. A first barrier sees that all have; before
// the storage is used again the caller must synchronise, as with CUB's own.
template <class T, int X, int Y, int Z>
class BlockCollective {
 public:
  static constexpr int threads = X * Y * Z;
  struct TempStorage {
    T values[threads];
  };
  explicit BlockCollective(TempStorage& storage) : storage_(storage) {}

 protected:
  static int rank() { return static_cast<int>(threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z)); }
  GW_IN_CUB void gather(const T& value) {
    storage_.values[rank()] = value;
    gw::barrier(gw::Reduce::none, 0);
  }
  TempStorage& storage_;
};

template <class T, int X, BlockReduceAlgorithm Algorithm = BLOCK_REDUCE_WARP_REDUCTIONS, int Y = 1, int Z = 1, int Arch = 0>
class BlockReduce : public BlockCollective<T, X, Y, Z> {
  using Base = BlockCollective<T, X, Y, Z>;

 public:
  using Base::Base;
  // Thread 0 has the result; to the others it is undefined.
  template <class Combine>
  GW_IN_CUB T Reduce(T value, Combine combine, int valid = Base::threads) {
    this->gather(value);
    if (Base::rank() != 0) return value;
    T total = this->storage_.values[0];
    for (int i = 1; i < valid && i < Base::threads; i++) total = combine(total, this->storage_.values[i]);
    return total;
  }
  template <int Items, class Combine>
  GW_IN_CUB T Reduce(T (&values)[Items], Combine combine) {
    T own = values[0];
    for (int i = 1; i < Items; i++) own = combine(own, values[i]);
    return Reduce(own, combine);
  }
  GW_IN_CUB T Sum(T value, int valid = Base::threads) { return Reduce(value, cub::Sum(), valid); }
  template <int Items>
  GW_IN_CUB T Sum(T (&values)[Items]) { return Reduce(values, cub::Sum()); }
};

template <class T, int X, BlockScanAlgorithm Algorithm = BLOCK_SCAN_RAKING, int Y = 1, int Z = 1, int Arch = 0>
class BlockScan : public BlockCollective<T, X, Y, Z> {
  using Base = BlockCollective<T, X, Y, Z>;

 public:
  using Base::Base;
  template <class Combine>
  GW_IN_CUB void InclusiveScan(T value, T& result, Combine combine) {
    this->gather(value);
    result = this->storage_.values[0];
    for (int i = 1; i <= Base::rank(); i++) result = combine(result, this->storage_.values[i]);
  }
  template <class Combine>
  GW_IN_CUB void InclusiveScan(T value, T& result, Combine combine, T& total) {
    InclusiveScan(value, result, combine);
    total = this->storage_.values[0];
    for (int i = 1; i < Base::threads; i++) total = combine(total, this->storage_.values[i]);
  }
  template <class Combine>
  GW_IN_CUB void ExclusiveScan(T value, T& result, T initial, Combine combine) {
    this->gather(value);
    result = initial;
    for (int i = 0; i < Base::rank(); i++) result = combine(result, this->storage_.values[i]);
  }
  GW_IN_CUB void InclusiveSum(T value, T& result) { InclusiveScan(value, result, cub::Sum()); }
  GW_IN_CUB void InclusiveSum(T value, T& result, T& total) { InclusiveScan(value, result, cub::Sum(), total); }
  GW_IN_CUB void ExclusiveSum(T value, T& result) { ExclusiveScan(value, result, T{}, cub::Sum()); }
};

template <class T, int Width = 32, int Arch = 0>
class WarpReduce {
 public:
  struct TempStorage {};
  explicit WarpReduce(TempStorage&) {}
  template <class Combine>
  GW_IN_CUB T Reduce(T value, Combine combine) {
    for (int by = Width / 2; by > 0; by /= 2) value = combine(value, __shfl_down_sync(0xffffffffu, value, static_cast<unsigned>(by), Width));
    return value;
  }
  GW_IN_CUB T Sum(T value) { return Reduce(value, cub::Sum()); }
};

}  // namespace cub
