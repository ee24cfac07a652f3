// Cooperative groups: blocks, tiles of a warp, lanes that happen to be together, the whole grid.
#pragma once

#include <cuda_runtime.h>

// The user's line is the one that a fault is told of, so these are always part of it.
#define GW_IN_GROUP inline __attribute__((always_inline))

namespace cooperative_groups {

class thread_block {
 public:
  GW_IN_GROUP void sync() const { gw::barrier(gw::Reduce::none, 0); }
  unsigned size() const { return blockDim.x * blockDim.y * blockDim.z; }
  unsigned num_threads() const { return size(); }
  unsigned thread_rank() const { return threadIdx.x + blockDim.x * (threadIdx.y + blockDim.y * threadIdx.z); }
  dim3 group_index() const { return blockIdx; }
  dim3 thread_index() const { return threadIdx; }
  dim3 group_dim() const { return blockDim; }
  dim3 dim_threads() const { return blockDim; }
};
static inline thread_block this_thread_block() { return {}; }

class grid_group {
 public:
  GW_IN_GROUP void sync() const { gw::grid_barrier(); }
  bool is_valid() const { return true; }
  unsigned long long size() const {
    return static_cast<unsigned long long>(gridDim.x) * gridDim.y * gridDim.z * this_thread_block().size();
  }
  unsigned long long num_threads() const { return size(); }
  unsigned long long thread_rank() const {
    const unsigned long long block = blockIdx.x + static_cast<unsigned long long>(gridDim.x) * (blockIdx.y + gridDim.y * blockIdx.z);
    return block * this_thread_block().size() + this_thread_block().thread_rank();
  }
};
static inline grid_group this_grid() { return {}; }

// Some lanes of a warp, ranked by their number.
class LaneGroup {
 public:
  explicit LaneGroup(unsigned mask = 0xffffffffu) : mask_(mask) {}
  GW_IN_GROUP void sync() const { __syncwarp(mask_); }
  unsigned size() const { return static_cast<unsigned>(__popc(mask_)); }
  unsigned num_threads() const { return size(); }
  unsigned thread_rank() const { return static_cast<unsigned>(__popc(mask_ & ((1u << gw::lane()) - 1))); }
  template <class T>
  GW_IN_GROUP T shfl(T value, int rank) const { return from(value, rank); }
  template <class T>
  GW_IN_GROUP T shfl_down(T value, unsigned by) const { return near(value, static_cast<int>(thread_rank() + by)); }
  template <class T>
  GW_IN_GROUP T shfl_up(T value, unsigned by) const { return near(value, static_cast<int>(thread_rank()) - static_cast<int>(by)); }
  template <class T>
  GW_IN_GROUP T shfl_xor(T value, unsigned by) const { return near(value, static_cast<int>(thread_rank() ^ by)); }
  GW_IN_GROUP unsigned ballot(int predicate) const { return packed(__ballot_sync(mask_, predicate)); }
  GW_IN_GROUP int any(int predicate) const { return __any_sync(mask_, predicate); }
  GW_IN_GROUP int all(int predicate) const { return __all_sync(mask_, predicate); }
  template <class T>
  GW_IN_GROUP unsigned match_any(T value) const { return packed(__match_any_sync(mask_, value)); }
  unsigned mask() const { return mask_; }

 private:
  int lane_of(int rank) const {
    for (int lane = 0; lane < 32; lane++)
      if ((mask_ >> lane & 1) && rank-- == 0) return lane;
    return gw::lane();
  }
  unsigned packed(unsigned lanes) const {
    unsigned result = 0;
    int rank = 0;
    for (int lane = 0; lane < 32; lane++)
      if (mask_ >> lane & 1) result |= (lanes >> lane & 1u) << rank++;
    return result;
  }
  template <class T>
  GW_IN_GROUP T near(T value, int rank) const {
    const bool inside = rank >= 0 && rank < static_cast<int>(size());
    return from(value, inside ? rank : static_cast<int>(thread_rank()));
  }
  template <class T>
  GW_IN_GROUP T from(T value, int rank) const { return __shfl_sync(mask_, value, lane_of(rank)); }
  unsigned mask_;
};
using coalesced_group = LaneGroup;
static inline __attribute__((always_inline)) coalesced_group coalesced_threads() { return LaneGroup(__activemask()); }

template <unsigned Size, class Parent = void>
class thread_block_tile : public LaneGroup {
  static_assert(Size <= 32 && (Size & (Size - 1)) == 0, "a tile is a power of two, at most a warp");

 public:
  thread_block_tile()
      : LaneGroup(Size == 32 ? 0xffffffffu & gw::live_lanes() : ((1u << Size % 32) - 1) << (gw::lane() & ~(int{Size} - 1))) {}
  unsigned meta_group_rank() const { return this_thread_block().thread_rank() / Size; }
  unsigned meta_group_size() const { return (this_thread_block().size() + Size - 1) / Size; }
};
template <unsigned Size, class Parent>
static inline thread_block_tile<Size, Parent> tiled_partition(const Parent&) { return {}; }

template <class T>
struct plus {
  T operator()(T a, T b) const { return a + b; }
};
template <class T>
struct greater {
  T operator()(T a, T b) const { return a < b ? b : a; }
};
template <class T>
struct less {
  T operator()(T a, T b) const { return b < a ? b : a; }
};
template <class T>
struct bit_and {
  T operator()(T a, T b) const { return a & b; }
};
template <class T>
struct bit_or {
  T operator()(T a, T b) const { return a | b; }
};

template <class T, class Combine>
GW_IN_GROUP T reduce(const LaneGroup& group, T value, Combine combine) {
  T total = group.shfl(value, 0);
  for (unsigned rank = 1; rank < group.size(); rank++) total = combine(total, group.shfl(value, static_cast<int>(rank)));
  return total;
}
template <class T, class Combine>
GW_IN_GROUP T inclusive_scan(const LaneGroup& group, T value, Combine combine) {
  T total = group.shfl(value, 0);
  for (unsigned rank = 1; rank < group.size(); rank++) {
    const T next = group.shfl(value, static_cast<int>(rank));
    if (rank <= group.thread_rank()) total = combine(total, next);
  }
  return total;
}

template <class Group>
GW_IN_GROUP void sync(const Group& group) { group.sync(); }
template <class Group, class T, class Size>
GW_IN_GROUP void memcpy_async(const Group& group, T* to, const T* from, const Size& size) {
  for (size_t i = group.thread_rank(); i < static_cast<size_t>(size); i += group.size())
    reinterpret_cast<char*>(to)[i] = reinterpret_cast<const char*>(from)[i];
}
template <class Group>
GW_IN_GROUP void wait(const Group& group) { group.sync(); }
template <unsigned Stages, class Group>
GW_IN_GROUP void wait_prior(const Group& group) { group.sync(); }

}  // namespace cooperative_groups
