// pybind11 and torch's operator registration: what a source binds with, parsed and thrown away.
#pragma once

#include <string>

namespace pybind11 {
struct object {};
struct dict : object {};
struct list : object {};
struct tuple : object {};
struct none : object {};
struct str : object {};
struct arg {
    arg(const char*);
    template <typename T> arg operator=(T&&) const;
};
namespace literals {
inline arg operator""_a(const char* name, size_t) { return arg(name); }
}  // namespace literals
struct gil_scoped_release {};
template <typename... T> struct init {};
template <typename T, typename... More> struct class_ {
    template <typename... A> class_(A&&...);
    template <typename... A> class_& def(A&&...);
    template <typename... A> class_& def_readwrite(A&&...);
};
struct module_ {
    template <typename... A> module_& def(A&&...);
    std::string& doc();
};
using module = module_;
}  // namespace pybind11
namespace py = pybind11;

namespace torch {
struct Library {
    template <typename... A> Library& def(A&&...);
    template <typename... A> Library& impl(A&&...);
};
}  // namespace torch

#define PYBIND11_MODULE(name, variable)                                                         \
    [[maybe_unused]] static void gatewright_bind(pybind11::module_& variable)
#define TORCH_LIBRARY(name, variable)                                                           \
    [[maybe_unused]] static void gatewright_library_##name(torch::Library& variable)
#define TORCH_LIBRARY_FRAGMENT(name, variable)                                                  \
    [[maybe_unused]] static void gatewright_fragment_##name(torch::Library& variable)
#define TORCH_LIBRARY_IMPL(name, key, variable)                                                 \
    [[maybe_unused]] static void gatewright_library_##name##_##key(torch::Library& variable)
