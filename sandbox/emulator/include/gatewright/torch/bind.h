// Bindings, as strict as pybind11's: what it refuses is refused, with its message.
#pragma once

#include "gatewright/torch/macros.h"

namespace gw {

// From Python, into a value of a C++ type; false where pybind11 would refuse the argument.
bool load(PyObject* from, at::Tensor& to);
bool load(PyObject* from, bool& to);
bool load(PyObject* from, double& to);
bool load(PyObject* from, std::string& to);
bool load(PyObject* from, c10::ScalarType& to);
bool load(PyObject* from, c10::Scalar& to);
bool load(PyObject* from, c10::Device& to);
bool load_whole(PyObject* from, int64_t& to, int64_t least, int64_t most);
Value item_of(PyObject* sequence, size_t index);
// A list or a tuple, not a text; its length, or -1.
int64_t sequence_length(PyObject* from);

inline bool load(PyObject* from, float& to) {
  double wide = 0;
  if (!load(from, wide)) return false;
  to = static_cast<float>(wide);
  return true;
}
template <class T, std::enable_if_t<std::is_integral_v<T> && !std::is_same_v<T, bool>, int> = 0>
bool load(PyObject* from, T& to) {
  int64_t wide = 0;
  constexpr auto most = sizeof(T) < 8 ? static_cast<int64_t>(std::numeric_limits<T>::max()) : INT64_MAX;
  constexpr auto least = static_cast<int64_t>(std::numeric_limits<T>::min());
  if (!load_whole(from, wide, least, most)) return false;
  to = static_cast<T>(wide);
  return true;
}
template <class T>
bool load(PyObject* from, std::optional<T>& to) {
  if (from == &_Py_NoneStruct) return to = std::nullopt, true;
  T value{};
  if (!load(from, value)) return false;
  to = std::move(value);
  return true;
}
template <class T>
bool load(PyObject* from, std::vector<T>& to) {
  const int64_t length = sequence_length(from);
  if (length < 0) return false;
  for (int64_t i = 0; i < length; i++) {
    T value{};
    if (!load(item_of(from, static_cast<size_t>(i)).get(), value)) return false;
    to.push_back(std::move(value));
  }
  return true;
}
template <class... T, size_t... I>
bool load_tuple(PyObject* from, std::tuple<T...>& to, std::index_sequence<I...>) {
  return (load(item_of(from, I).get(), std::get<I>(to)) && ...);
}
template <class... T>
bool load(PyObject* from, std::tuple<T...>& to) {
  return sequence_length(from) == static_cast<int64_t>(sizeof...(T)) &&
         load_tuple(from, to, std::index_sequence_for<T...>{});
}

// What holds an argument while the function runs; lists of torch's own kind need an owner.
template <class T>
struct Held {
  std::decay_t<T> value{};
  bool take(PyObject* from) { return load(from, value); }
  std::decay_t<T>& give() { return value; }
};
template <class T>
struct Held<c10::ArrayRef<T>> {
  std::vector<T> owned;
  bool take(PyObject* from) { return load(from, owned); }
  c10::ArrayRef<T> give() { return owned; }
};
template <class T>
struct Held<const c10::ArrayRef<T>&> : Held<c10::ArrayRef<T>> {
  c10::ArrayRef<T> view;
  c10::ArrayRef<T>& give() { return view = this->owned; }
};
template <>
struct Held<const char*> {
  std::string owned;
  bool take(PyObject* from) { return load(from, owned); }
  const char* give() { return owned.c_str(); }
};

template <class T>
const char* name_of() {
  using U = std::decay_t<T>;
  if constexpr (std::is_same_v<U, at::Tensor>) return "torch.Tensor";
  else if constexpr (std::is_same_v<U, bool>) return "bool";
  else if constexpr (std::is_integral_v<U>) return "int";
  else if constexpr (std::is_floating_point_v<U>) return "float";
  else if constexpr (std::is_same_v<U, std::string>) return "str";
  else return "object";
}

struct Parameter {
  std::string name;
  Value fallback;
};

// A C++ function as Python sees it.
struct Function {
  std::string name, signature;
  std::vector<Parameter> parameters;
  virtual ~Function() = default;
  virtual size_t arity() const = 0;
  // Empty where an argument is refused.
  virtual Value call(const std::vector<Value>& arguments) = 0;
};

template <class Callable, class Result, class... Arguments>
struct Bound : Function {
  Callable callable;
  explicit Bound(Callable callable) : callable(std::move(callable)) {
    ((signature += (signature.empty() ? "" : ", ") + std::string(name_of<Arguments>())), ...);
  }
  size_t arity() const override { return sizeof...(Arguments); }
  Value call(const std::vector<Value>& arguments) override {
    return call_with(arguments, std::index_sequence_for<Arguments...>{});
  }
  template <size_t... I>
  Value call_with(const std::vector<Value>& arguments, std::index_sequence<I...>) {
    std::tuple<Held<Arguments>...> held;
    (void)arguments;
    if (!(std::get<I>(held).take(arguments[I].get()) && ...)) return {};
    if constexpr (std::is_void_v<Result>) {
      callable(static_cast<Arguments>(std::get<I>(held).give())...);
      return none();
    } else {
      return to_python(callable(static_cast<Arguments>(std::get<I>(held).give())...));
    }
  }
};

template <class Result, class... Arguments>
Function* bound(Result (*function)(Arguments...)) {
  return new Bound<Result (*)(Arguments...), Result, Arguments...>(function);
}
template <class Lambda, class Result, class... Arguments>
Function* bound_lambda(Lambda lambda, Result (Lambda::*)(Arguments...) const) {
  return new Bound<Lambda, Result, Arguments...>(std::move(lambda));
}
template <class Lambda, class Result, class... Arguments>
Function* bound_lambda(Lambda lambda, Result (Lambda::*)(Arguments...)) {
  return new Bound<Lambda, Result, Arguments...>(std::move(lambda));
}
template <class Lambda>
auto bound(Lambda lambda) -> decltype(bound_lambda(lambda, &Lambda::operator())) {
  return bound_lambda(lambda, &Lambda::operator());
}

void add_parameter(Function& function, const char* name, const Value& fallback);
void add_function(PyObject* module, Function* function);

}  // namespace gw

namespace pybind11 {

struct arg {
  const char* name;
  gw::Value fallback;
  explicit arg(const char* name) : name(name) {}
  template <class T>
  arg operator=(const T& value) const {
    arg with(name);
    with.fallback = gw::to_python(value);
    return with;
  }
  arg& noconvert(bool = true) { return *this; }
  arg& none(bool = true) { return *this; }
};
namespace literals {
inline arg operator""_a(const char* name, size_t) { return arg(name); }
}  // namespace literals
template <class... T>
struct call_guard {};
struct gil_scoped_release {};
struct gil_scoped_acquire {};
struct kw_only {};
enum class return_value_policy { automatic, copy, move, reference, take_ownership };
inline gw::Value none() { return gw::none(); }

struct cast_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

// Values that stay Python's until the candidate asks for them.
class object {
 public:
  object() = default;
  explicit object(gw::Value value) : value_(std::move(value)) {}
  template <class T>
  std::decay_t<T> cast() const {
    using gw::load;  // beside those that the argument's own namespace has
    std::decay_t<T> to{};
    if (!load(value_.get(), to)) throw cast_error("Unable to cast Python instance to C++ type");
    return to;
  }
  bool is_none() const { return value_.is_none(); }
  const gw::Value& value() const { return value_; }

 protected:
  gw::Value value_;
};
class sequence : public object {
 public:
  using object::object;
  size_t size() const { return static_cast<size_t>(gw::sequence_length(value_.get())); }
  bool empty() const { return size() == 0; }
  object operator[](size_t index) const { return object(gw::item_of(value_.get(), index)); }
};
class tuple : public sequence {
 public:
  using sequence::sequence;
};
class list : public sequence {
 public:
  using sequence::sequence;
};
inline bool load(PyObject* from, object& to) {
  to = object(gw::Value::borrowed(from));
  return true;
}
inline bool load(PyObject* from, tuple& to) {
  if (PyObject_IsInstance(from, &PyTuple_Type) != 1) return false;
  to = tuple(gw::Value::borrowed(from));
  return true;
}
inline bool load(PyObject* from, list& to) {
  if (PyObject_IsInstance(from, &PyList_Type) != 1) return false;
  to = list(gw::Value::borrowed(from));
  return true;
}
inline gw::Value to_python(const object& from) { return from.value(); }
template <class... T>
tuple make_tuple(const T&... values) {
  return tuple(gw::to_python(std::make_tuple(values...)));
}

class module_ {
 public:
  explicit module_(PyObject* object) : object_(object) {}
  template <class Callable, class... Extra>
  module_& def(const char* name, Callable callable, const Extra&... extra) {
    gw::Function* function = gw::bound(callable);
    function->name = name;
    (note(*function, extra), ...);
    gw::add_function(object_, function);
    return *this;
  }
  std::string& doc() {
    static std::string text;
    return text;
  }
  template <class T>
  void attr(const char* name, const T& value) { PyObject_SetAttrString(object_, name, gw::to_python(value).get()); }

 private:
  static void note(gw::Function& function, const arg& parameter) {
    gw::add_parameter(function, parameter.name, parameter.fallback);
  }
  template <class T>
  static void note(gw::Function&, const T&) {}
  PyObject* object_;
};
using module = module_;

}  // namespace pybind11
namespace py = pybind11;

// The loader asks for the module by this name; what the candidate calls it matters to nobody.
#define PYBIND11_MODULE(name, variable)                                               \
  static void gw_fill_module(::pybind11::module_& variable);                          \
  extern "C" __attribute__((visibility("default"))) int gw_module_init(PyObject* module) { \
    ::pybind11::module_ made(module);                                                 \
    try {                                                                             \
      gw_fill_module(made);                                                           \
    } catch (const std::exception& error) {                                           \
      if (!PyErr_Occurred()) PyErr_SetString(PyExc_RuntimeError, error.what());       \
      return -1;                                                                      \
    }                                                                                 \
    return 0;                                                                         \
  }                                                                                   \
  static void gw_fill_module(::pybind11::module_& variable)
