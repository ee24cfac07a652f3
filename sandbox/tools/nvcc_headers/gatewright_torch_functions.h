// torch's free functions. Those that are not named here are unknown to the compiler.
#pragma once

namespace at {

#define GATEWRIGHT_SIZED(name) template <typename... T> Tensor name(IntArrayRef, T&&...);
#define GATEWRIGHT_FUNCTION(name) template <typename... T> Tensor name(T&&...);
#define GATEWRIGHT_LIST(name) template <typename... T> Tensor name(std::vector<Tensor>, T&&...);
#define GATEWRIGHT_LISTED(type) Tensor tensor(std::initializer_list<type>, TensorOptions = {});
#include "gatewright_torch_functions.inc"
#undef GATEWRIGHT_SIZED
#undef GATEWRIGHT_FUNCTION
#undef GATEWRIGHT_LIST
#undef GATEWRIGHT_LISTED

// Where sizes come in braces somewhere in the middle, the parameters are torch's own.
using Bias = std::optional<Tensor>;
#define GATEWRIGHT_CONVOLUTION(name)                                                            \
    Tensor name(const Tensor&, const Tensor&, const Bias& = {}, IntArrayRef stride = 1,         \
                IntArrayRef padding = int64_t(0), IntArrayRef dilation = 1, int64_t groups = 1);
GATEWRIGHT_CONVOLUTION(conv1d)
GATEWRIGHT_CONVOLUTION(conv2d)
GATEWRIGHT_CONVOLUTION(conv3d)
#undef GATEWRIGHT_CONVOLUTION
#define GATEWRIGHT_TRANSPOSED(name)                                                             \
    Tensor name(const Tensor&, const Tensor&, const Bias& = {}, IntArrayRef stride = 1,         \
                IntArrayRef padding = int64_t(0), IntArrayRef output_padding = int64_t(0),      \
                int64_t groups = 1, IntArrayRef dilation = 1);
GATEWRIGHT_TRANSPOSED(conv_transpose1d)
GATEWRIGHT_TRANSPOSED(conv_transpose2d)
GATEWRIGHT_TRANSPOSED(conv_transpose3d)
#undef GATEWRIGHT_TRANSPOSED
Tensor convolution(const Tensor&, const Tensor&, const Bias&, IntArrayRef stride,
                   IntArrayRef padding, IntArrayRef dilation, bool transposed,
                   IntArrayRef output_padding, int64_t groups);
Tensor cudnn_convolution(const Tensor&, const Tensor&, IntArrayRef padding, IntArrayRef stride,
                         IntArrayRef dilation, int64_t groups, bool, bool, bool);
#define GATEWRIGHT_POOL(name)                                                                   \
    template <typename... T>                                                                    \
    Tensor name(const Tensor&, IntArrayRef kernel, IntArrayRef stride = {},                     \
                IntArrayRef padding = int64_t(0), T&&...);
GATEWRIGHT_POOL(max_pool1d)
GATEWRIGHT_POOL(max_pool2d)
GATEWRIGHT_POOL(max_pool3d)
GATEWRIGHT_POOL(avg_pool1d)
GATEWRIGHT_POOL(avg_pool2d)
GATEWRIGHT_POOL(avg_pool3d)
#undef GATEWRIGHT_POOL
#define GATEWRIGHT_SHAPED(name)                                                                 \
    template <typename... T> Tensor name(const Tensor&, IntArrayRef, T&&...);
GATEWRIGHT_SHAPED(sum)
GATEWRIGHT_SHAPED(mean)
GATEWRIGHT_SHAPED(amax)
GATEWRIGHT_SHAPED(amin)
GATEWRIGHT_SHAPED(var)
GATEWRIGHT_SHAPED(logsumexp)
GATEWRIGHT_SHAPED(permute)
GATEWRIGHT_SHAPED(reshape)
GATEWRIGHT_SHAPED(flip)
GATEWRIGHT_SHAPED(layer_norm)
GATEWRIGHT_SHAPED(constant_pad_nd)
GATEWRIGHT_SHAPED(pad)
GATEWRIGHT_SHAPED(adaptive_avg_pool1d)
GATEWRIGHT_SHAPED(adaptive_avg_pool2d)
GATEWRIGHT_SHAPED(adaptive_avg_pool3d)
#undef GATEWRIGHT_SHAPED

template <typename T> Tensor tensor(T, TensorOptions = {});
template <typename... T> std::tuple<Tensor, Tensor> topk(T&&...);
template <typename... T> std::tuple<Tensor, Tensor> sort(T&&...);
template <typename... T> std::tuple<Tensor, Tensor> var_mean(T&&...);
template <typename... T> std::tuple<Tensor, Tensor> std_mean(T&&...);
template <typename... T> std::vector<Tensor> chunk(T&&...);
template <typename... T> std::vector<Tensor> split(T&&...);
template <typename... T> std::tuple<Tensor, Tensor> max(const Tensor&, int64_t, T&&...);
template <typename... T> std::tuple<Tensor, Tensor> min(const Tensor&, int64_t, T&&...);
template <typename... T> std::tuple<Tensor, Tensor> cummax(T&&...);
Tensor max(const Tensor&);
Tensor min(const Tensor&);
Tensor max(const Tensor&, const Tensor&);
Tensor min(const Tensor&, const Tensor&);
ScalarType promote_types(ScalarType, ScalarType);

}  // namespace at

namespace torch {
using namespace at;
using at::Tensor;
using c10::IntArrayRef;
using c10::ScalarType;
using c10::TensorOptions;
using Dtype = c10::ScalarType;
using Device = c10::Device;

struct NoGradGuard {};
struct AutoGradMode {
    AutoGradMode(bool);
};
void manual_seed(uint64_t);
Tensor empty_cuda(IntArrayRef, TensorOptions = {});

namespace cuda {
void synchronize(int64_t = -1);
bool is_available();
int64_t device_count();
}  // namespace cuda

namespace nn {
namespace functional {
#define GATEWRIGHT_FUNCTIONAL(name, options)                                                    \
    struct options {                                                                            \
        template <typename... T> options(T...);                                                 \
        template <typename T> options& stride(T);                                               \
        template <typename T> options& padding(T);                                              \
        template <typename T> options& bias(T);                                                 \
        template <typename T> options& weight(T);                                               \
        template <typename T> options& eps(T);                                                  \
        template <typename T> options& p(T);                                                    \
        template <typename T> options& dim(T);                                                  \
        template <typename T> options& approximate(T);                                          \
        template <typename T> options& mode(T);                                                 \
        template <typename T> options& value(T);                                                \
        template <typename T> options& training(T);                                             \
    };                                                                                          \
    template <typename... T> Tensor name(const Tensor&, T&&...);                                \
    Tensor name(const Tensor&, const options&);
GATEWRIGHT_FUNCTIONAL(relu, ReLUFuncOptions)
GATEWRIGHT_FUNCTIONAL(gelu, GELUFuncOptions)
GATEWRIGHT_FUNCTIONAL(softmax, SoftmaxFuncOptions)
GATEWRIGHT_FUNCTIONAL(log_softmax, LogSoftmaxFuncOptions)
GATEWRIGHT_FUNCTIONAL(layer_norm, LayerNormFuncOptions)
GATEWRIGHT_FUNCTIONAL(group_norm, GroupNormFuncOptions)
GATEWRIGHT_FUNCTIONAL(batch_norm, BatchNormFuncOptions)
GATEWRIGHT_FUNCTIONAL(instance_norm, InstanceNormFuncOptions)
GATEWRIGHT_FUNCTIONAL(normalize, NormalizeFuncOptions)
GATEWRIGHT_FUNCTIONAL(conv1d, Conv1dFuncOptions)
GATEWRIGHT_FUNCTIONAL(conv2d, Conv2dFuncOptions)
GATEWRIGHT_FUNCTIONAL(conv3d, Conv3dFuncOptions)
GATEWRIGHT_FUNCTIONAL(max_pool2d, MaxPool2dFuncOptions)
GATEWRIGHT_FUNCTIONAL(avg_pool2d, AvgPool2dFuncOptions)
GATEWRIGHT_FUNCTIONAL(pad, PadFuncOptions)
GATEWRIGHT_FUNCTIONAL(dropout, DropoutFuncOptions)
GATEWRIGHT_FUNCTIONAL(linear, LinearFuncOptions)
#undef GATEWRIGHT_FUNCTIONAL
}  // namespace functional
}  // namespace nn

namespace autograd {
using variable_list = std::vector<Tensor>;
struct AutogradContext {
    void save_for_backward(variable_list);
    variable_list get_saved_variables() const;
};
template <typename T> struct Function {
    template <typename... A> static Tensor apply(A&&...);
};
}  // namespace autograd
}  // namespace torch
