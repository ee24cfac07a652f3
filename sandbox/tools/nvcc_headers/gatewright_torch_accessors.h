// Accessors: tensors as kernels take them, with sizes and strides. Used on the device.
#pragma once

namespace at {

template <typename T> struct DefaultPtrTraits { using PtrType = T*; };
template <typename T> struct RestrictPtrTraits { using PtrType = T* __restrict__; };

template <typename T, size_t N, template <typename> class Traits, typename Index>
class TensorAccessorBase {
public:
    using PtrType = typename Traits<T>::PtrType;
    __host__ __device__ TensorAccessorBase(PtrType data, const Index* sizes, const Index* strides)
        : data_(data), sizes_(sizes), strides_(strides) {}
    __host__ __device__ Index size(Index i) const { return sizes_[i]; }
    __host__ __device__ Index stride(Index i) const { return strides_[i]; }
    __host__ __device__ PtrType data() const { return data_; }

protected:
    PtrType data_;
    const Index* sizes_;
    const Index* strides_;
};

template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits,
          typename Index = int64_t>
class TensorAccessor : public TensorAccessorBase<T, N, Traits, Index> {
public:
    using TensorAccessorBase<T, N, Traits, Index>::TensorAccessorBase;
    __host__ __device__ TensorAccessor<T, N - 1, Traits, Index> operator[](Index i) const {
        return {this->data_ + this->strides_[0] * i, this->sizes_ + 1, this->strides_ + 1};
    }
};

template <typename T, template <typename> class Traits, typename Index>
class TensorAccessor<T, 1, Traits, Index> : public TensorAccessorBase<T, 1, Traits, Index> {
public:
    using TensorAccessorBase<T, 1, Traits, Index>::TensorAccessorBase;
    __host__ __device__ T& operator[](Index i) const { return this->data_[this->strides_[0] * i]; }
};

template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits,
          typename Index = int64_t>
class GenericPackedTensorAccessor {
public:
    using PtrType = typename Traits<T>::PtrType;
    GenericPackedTensorAccessor() = default;
    __host__ __device__ Index size(Index i) const { return sizes_[i]; }
    __host__ __device__ Index stride(Index i) const { return strides_[i]; }
    __host__ __device__ PtrType data() const { return data_; }
    __device__ auto operator[](Index i) const -> std::conditional_t<
        N == 1, T&, TensorAccessor<T, (N > 1 ? N - 1 : 1), Traits, Index>> {
        if constexpr (N == 1)
            return data_[strides_[0] * i];
        else
            return TensorAccessor<T, N - 1, Traits, Index>(data_ + strides_[0] * i, sizes_ + 1,
                                                           strides_ + 1);
    }

private:
    PtrType data_;
    Index sizes_[N];
    Index strides_[N];
};

template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
using PackedTensorAccessor32 = GenericPackedTensorAccessor<T, N, Traits, int32_t>;
template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
using PackedTensorAccessor64 = GenericPackedTensorAccessor<T, N, Traits, int64_t>;
template <typename T, size_t N, template <typename> class Traits = DefaultPtrTraits>
using PackedTensorAccessor = GenericPackedTensorAccessor<T, N, Traits, int64_t>;

}  // namespace at
