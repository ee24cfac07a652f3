// The torch substitute's half that needs no template: it calls Python's torch.
#include "gatewright/torch/torch.h"

#include <set>
#include <sstream>

#include "memory.h"
#include "state.h"

using gw::Value;

namespace gw {
namespace {

// A Python exception is set; C++ frames between here and Python are unwound.
class __attribute__((visibility("default"))) Raised : public std::runtime_error {
 public:
  Raised() : std::runtime_error("a Python exception is set") {}
};

Value checked(PyObject* reference) {
  if (reference == nullptr) throw Raised();
  return Value::taken(reference);
}

Value attribute(const Value& object, const char* name) { return checked(PyObject_GetAttrString(object.get(), name)); }

Value torch_module() {
  static Value module;
  if (!module) module = checked(PyImport_ImportModule("torch"));
  return module;
}

// `a.b.c` of torch, looked up anew each time: Python code may have wrapped it meanwhile.
Value torch_attribute(const char* name) {
  Value object = torch_module();
  std::istringstream parts(name);
  for (std::string part; std::getline(parts, part, '.');) object = attribute(object, part.c_str());
  return object;
}

Value call(const Value& function, const Values& arguments, const Keywords& keywords) {
  Value tuple = checked(PyTuple_New(static_cast<Py_ssize_t>(arguments.size())));
  for (size_t i = 0; i < arguments.size(); i++)
    PyTuple_SetItem(tuple.get(), static_cast<Py_ssize_t>(i), Value(arguments[i]).give());
  Value dictionary;
  if (!keywords.empty()) {
    dictionary = checked(PyDict_New());
    for (const Keyword& keyword : keywords) PyDict_SetItemString(dictionary.get(), keyword.name, keyword.value.get());
  }
  return checked(PyObject_Call(function.get(), tuple.get(), dictionary.get()));
}

int64_t whole(const Value& value) {
  const long long number = PyLong_AsLongLong(value.get());
  if (number == -1 && PyErr_Occurred()) throw Raised();
  return number;
}

bool truth(const Value& value) {
  const int found = PyObject_IsTrue(value.get());
  if (found < 0) throw Raised();
  return found != 0;
}

// A list of sizes that lives for ever, so that what points to it never dangles.
c10::IntArrayRef kept(std::vector<int64_t> numbers) {
  static std::set<std::vector<int64_t>> all;
  return *all.insert(std::move(numbers)).first;
}

std::vector<int64_t> numbers_of(const Value& sequence) {
  std::vector<int64_t> numbers(static_cast<size_t>(PySequence_Size(sequence.get())));
  for (size_t i = 0; i < numbers.size(); i++) numbers[i] = whole(item_of(sequence.get(), i));
  return numbers;
}

struct TypeName {
  c10::ScalarType type;
  const char *python, *shown;
  size_t bytes;
};
constexpr TypeName type_names[] = {
    {c10::ScalarType::Byte, "uint8", "Byte", 1},        {c10::ScalarType::Char, "int8", "Char", 1},
    {c10::ScalarType::Short, "int16", "Short", 2},      {c10::ScalarType::Int, "int32", "Int", 4},
    {c10::ScalarType::Long, "int64", "Long", 8},        {c10::ScalarType::Half, "float16", "Half", 2},
    {c10::ScalarType::Float, "float32", "Float", 4},    {c10::ScalarType::Double, "float64", "Double", 8},
    {c10::ScalarType::Bool, "bool", "Bool", 1},         {c10::ScalarType::BFloat16, "bfloat16", "BFloat16", 2},
    {c10::ScalarType::ComplexFloat, "complex64", "ComplexFloat", 8},
    {c10::ScalarType::ComplexDouble, "complex128", "ComplexDouble", 16},
};

const TypeName* name_for(c10::ScalarType type) {
  for (const TypeName& name : type_names)
    if (name.type == type) return &name;
  return nullptr;
}

std::string text_of(PyObject* object) {
  Value text = checked(PyObject_Str(object));
  Py_ssize_t size = 0;
  const char* characters = PyUnicode_AsUTF8AndSize(text.get(), &size);
  return characters ? std::string(characters, static_cast<size_t>(size)) : "?";
}

std::optional<c10::ScalarType> scalar_type_of(PyObject* dtype) {
  const std::string text = text_of(dtype);
  for (const TypeName& name : type_names)
    if (text == std::string("torch.") + name.python) return name.type;
  return std::nullopt;
}

}  // namespace

Value to_python(const at::Tensor& tensor) { return tensor.defined() ? tensor.python() : none(); }
Value to_python(c10::ScalarType type) {
  const TypeName* name = name_for(type);
  if (name == nullptr) throw c10::Error("an element type that the emulator does not know");
  return attribute(torch_module(), name->python);
}
Value to_python(c10::MemoryFormat format) {
  const char* names[] = {"contiguous_format", "preserve_format", "channels_last", "channels_last_3d"};
  return attribute(torch_module(), names[static_cast<int>(format)]);
}
Value to_python(const c10::Scalar& number) {
  if (number.isBoolean()) return to_python(number.toBool());
  return number.isFloatingPoint() ? to_python(number.toDouble()) : to_python(number.toLong());
}
Value to_python(const std::string& text) {
  return checked(PyUnicode_FromStringAndSize(text.data(), static_cast<Py_ssize_t>(text.size())));
}
Value to_python(const char* text) { return to_python(std::string(text)); }
Value to_python(c10::IntArrayRef list) { return to_python(list.vec()); }
Value to_python(c10::ArrayRef<at::Tensor> list) { return to_python(list.vec()); }
Value to_python(c10::ArrayRef<double> list) { return to_python(list.vec()); }

Value call_torch(const char* name, const Values& arguments, const Keywords& keywords) {
  return call(torch_attribute(name), arguments, keywords);
}
Value call_method(const at::Tensor& tensor, const char* name, const Values& arguments, const Keywords& keywords) {
  if (!tensor.defined()) throw c10::Error(std::string("an undefined tensor has no ") + name + "()");
  return call(attribute(tensor.python(), name), arguments, keywords);
}
at::Tensor tensor_from(Value value) { return at::Tensor(std::move(value)); }
std::vector<at::Tensor> tensors_from(const Value& value) {
  std::vector<at::Tensor> all;
  const auto size = static_cast<size_t>(PySequence_Size(value.get()));
  for (size_t i = 0; i < size; i++) all.push_back(tensor_from(item_of(value.get(), i)));
  return all;
}

Keywords keywords_of(const c10::TensorOptions& options) {
  Keywords keywords;
  if (options.type) keywords.push_back({"dtype", to_python(*options.type)});
  if (options.gradient) keywords.push_back({"requires_grad", to_python(*options.gradient)});
  if (options.format) keywords.push_back({"memory_format", to_python(*options.format)});
  return keywords;
}

at::Tensor fresh(at::Tensor tensor) {
  const int64_t size = tensor.nbytes();
  if (size > 0 && !dry) {
    Value pointer = call_method(tensor, "data_ptr", {});
    poison(reinterpret_cast<void*>(whole(pointer)), static_cast<size_t>(size));
  }
  return tensor;
}

std::string shown_number(double value) {
  char text[40];
  snprintf(text, sizeof text, "%.6g", value);
  return text;
}
std::string shown_tensor(const at::Tensor& tensor) {
  return tensor.defined() ? text_of(tensor.python().get()) : "[ Tensor (undefined) ]";
}

void failed_check(const char* condition, const std::string& message, const char* file, int line) {
  const std::string where = " (" + std::string(file) + ":" + std::to_string(line) + ")";
  if (in_kernel()) abandon(assertion, "TORCH_CHECK in a kernel: " + std::string(condition) + where);
  throw c10::Error(message.empty() ? "Expected " + std::string(condition) + " to be true, but got false." + where : message);
}

void check_cuda(int error, const char*) {
  if (error != success) throw c10::Error(std::string("CUDA error: ") + error_text(error) + (errors.empty() ? "" : ": " + errors.back()));
}

}  // namespace gw

namespace c10 {

const char* toString(ScalarType type) {
  const gw::TypeName* name = gw::name_for(type);
  return name ? name->shown : "Undefined";
}
size_t elementSize(ScalarType type) {
  const gw::TypeName* name = gw::name_for(type);
  return name ? name->bytes : 0;
}

}  // namespace c10

namespace at {

using gw::call_method;
using gw::to_python;

int64_t Tensor::dim() const { return gw::whole(call_method(*this, "dim", {})); }
int64_t Tensor::numel() const { return gw::whole(call_method(*this, "numel", {})); }
int64_t Tensor::size(int64_t i) const { return gw::whole(call_method(*this, "size", {to_python(i)})); }
int64_t Tensor::stride(int64_t i) const { return gw::whole(call_method(*this, "stride", {to_python(i)})); }
IntArrayRef Tensor::sizes() const { return gw::kept(gw::numbers_of(call_method(*this, "size", {}))); }
IntArrayRef Tensor::strides() const { return gw::kept(gw::numbers_of(call_method(*this, "stride", {}))); }
int64_t Tensor::storage_offset() const { return gw::whole(call_method(*this, "storage_offset", {})); }
bool Tensor::requires_grad() const { return gw::truth(gw::attribute(python(), "requires_grad")); }
bool Tensor::is_cuda() const { return defined() && gw::truth(gw::attribute(python(), "is_cuda")); }
bool Tensor::is_contiguous(MemoryFormat format) const {
  return gw::truth(call_method(*this, "is_contiguous", {}, {{"memory_format", to_python(format)}}));
}
Tensor Tensor::contiguous(MemoryFormat format) const {
  return gw::tensor_from(call_method(*this, "contiguous", {}, {{"memory_format", to_python(format)}}));
}
ScalarType Tensor::scalar_type() const {
  if (!defined()) return ScalarType::Undefined;
  return gw::scalar_type_of(gw::attribute(python(), "dtype").get()).value_or(ScalarType::Undefined);
}
Scalar Tensor::item() const {
  Value value = call_method(*this, "item", {});
  if (PyObject_IsInstance(value.get(), &PyBool_Type)) return Scalar(gw::truth(value));
  if (PyObject_IsInstance(value.get(), &PyLong_Type)) return Scalar(gw::whole(value));
  return Scalar(PyFloat_AsDouble(value.get()));
}

void* Tensor::data_ptr() const {
  if (!defined()) return nullptr;
  const int64_t pointer = gw::whole(call_method(*this, "data_ptr", {}));
  // A tensor without memory tells where in it a view begins.
  if (gw::dry && pointer < static_cast<int64_t>(gw::promised_begin))
    return reinterpret_cast<void*>(gw::promised_begin + static_cast<uintptr_t>(pointer));
  // Device memory is checked by what was allocated, which several tensors may share.
  if (gw::mode != gw::Mode::fast && pointer != 0) {
    Value storage = call_method(*this, "untyped_storage", {});
    const Value begin = gw::call(gw::attribute(storage, "data_ptr"), {}, {});
    const Value size = gw::call(gw::attribute(storage, "nbytes"), {}, {});
    const std::string what = "a tensor " + gw::joined(sizes()) + " of " + c10::toString(scalar_type());
    gw::know(reinterpret_cast<void*>(gw::whole(begin)), static_cast<size_t>(gw::whole(size)), what.c_str());
  }
  return reinterpret_cast<void*>(pointer);
}

void* Tensor::typed_pointer(ScalarType type) const {
  const ScalarType own = scalar_type();
  if (own != type)
    throw c10::Error(std::string("expected scalar type ") + c10::toString(type) + " but found " + c10::toString(own));
  return data_ptr();
}

void Tensor::check_dimensions(size_t n) const {
  if (dim() != static_cast<int64_t>(n))
    throw c10::Error("TensorAccessor expected " + std::to_string(n) + " dims but tensor has " + std::to_string(dim()));
}

Tensor Tensor::operator[](const Tensor& index) const {
  return gw::tensor_from(gw::checked(PyObject_GetItem(python().get(), index.python().get())));
}
Tensor Tensor::new_empty(IntArrayRef sizes, const TensorOptions& options) const {
  return gw::fresh(gw::tensor_from(call_method(*this, "new_empty", {to_python(sizes)}, gw::keywords_of(options))));
}
Tensor Tensor::new_zeros(IntArrayRef sizes, const TensorOptions& options) const {
  return gw::tensor_from(call_method(*this, "new_zeros", {to_python(sizes)}, gw::keywords_of(options)));
}
Tensor Tensor::new_full(IntArrayRef sizes, const Scalar& value, const TensorOptions& options) const {
  return gw::tensor_from(
      call_method(*this, "new_full", {to_python(sizes), to_python(value)}, gw::keywords_of(options)));
}
std::vector<Tensor> Tensor::chunk(int64_t n, int64_t dim) const {
  return gw::tensors_from(call_method(*this, "chunk", {to_python(n), to_python(dim)}));
}
std::vector<Tensor> Tensor::split(int64_t n, int64_t dim) const {
  return gw::tensors_from(call_method(*this, "split", {to_python(n), to_python(dim)}));
}
std::vector<Tensor> Tensor::unbind(int64_t dim) const {
  return gw::tensors_from(call_method(*this, "unbind", {to_python(dim)}));
}
Tensor Tensor::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) const {
  const int64_t length = size(dim), from = start.value_or(0);
  auto inside = [&](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + length : i, 0, length); };
  Tensor part = narrow(dim, inside(from), std::max<int64_t>(inside(end.value_or(length)) - inside(from), 0));
  if (step == 1) return part;
  Tensor picked = gw::tensor_from(gw::call_torch("arange", {to_python(0), to_python(part.size(dim)), to_python(step)}));
  return part.index_select(dim, picked);
}
std::tuple<Tensor, Tensor> Tensor::pair(const char* name, int64_t dim, bool keep) const {
  const std::vector<Tensor> both = gw::tensors_from(call_method(*this, name, {to_python(dim), to_python(keep)}));
  return {both.at(0), both.at(1)};
}

NoGradGuard::NoGradGuard() : before_(gw::call_torch("is_grad_enabled", {})) {
  gw::call_torch("_C._set_grad_enabled", {to_python(false)});
}
NoGradGuard::~NoGradGuard() {
  try {
    gw::call_torch("_C._set_grad_enabled", {before_});
  } catch (const std::exception&) {
    PyErr_Clear();
  }
}

}  // namespace at

// ---- arguments from Python, as pybind11 takes them

namespace gw {

Value item_of(PyObject* sequence, size_t index) {
  return checked(PySequence_GetItem(sequence, static_cast<Py_ssize_t>(index)));
}

int64_t sequence_length(PyObject* from) {
  if (!PySequence_Check(from) || PyObject_IsInstance(from, &PyUnicode_Type) || PyObject_IsInstance(from, &PyBytes_Type))
    return -1;
  const Py_ssize_t length = PySequence_Size(from);
  if (length < 0) PyErr_Clear();
  return length;
}

bool load(PyObject* from, at::Tensor& to) {
  if (PyObject_IsInstance(from, torch_attribute("Tensor").get()) != 1) return false;
  to = at::Tensor(Value::borrowed(from));
  return true;
}

bool load(PyObject* from, bool& to) {
  if (from != &_Py_NoneStruct && !PyObject_HasAttrString(from, "__bool__")) return false;
  const int found = PyObject_IsTrue(from);
  if (found < 0) return PyErr_Clear(), false;
  to = found != 0;
  return true;
}

bool load(PyObject* from, double& to) {
  if (!PyNumber_Check(from)) return false;
  Value number = Value::taken(PyNumber_Float(from));
  if (!number) return PyErr_Clear(), false;
  to = PyFloat_AsDouble(number.get());
  return true;
}

bool load(PyObject* from, std::string& to) {
  if (PyObject_IsInstance(from, &PyUnicode_Type) != 1) return false;
  to = text_of(from);
  return true;
}

bool load(PyObject* from, c10::ScalarType& to) {
  if (PyObject_IsInstance(from, attribute(torch_module(), "dtype").get()) != 1) return false;
  const auto found = scalar_type_of(from);
  if (found) to = *found;
  return found.has_value();
}

bool load(PyObject* from, c10::Device& to) {
  if (PyObject_IsInstance(from, attribute(torch_module(), "device").get()) != 1) return false;
  to = c10::Device(text_of(from));
  return true;
}

bool load(PyObject* from, c10::Scalar& to) {
  if (PyObject_IsInstance(from, &PyBool_Type) == 1) return to = c10::Scalar(PyObject_IsTrue(from) != 0), true;
  if (PyObject_IsInstance(from, &PyLong_Type) == 1) return to = c10::Scalar(whole(Value::borrowed(from))), true;
  if (PyObject_IsInstance(from, &PyFloat_Type) == 1) return to = c10::Scalar(PyFloat_AsDouble(from)), true;
  return false;
}

bool load_whole(PyObject* from, int64_t& to, int64_t least, int64_t most) {
  if (PyObject_IsInstance(from, &PyFloat_Type) == 1) return false;
  Value number = Value::taken(PyNumber_Index(from));
  if (!number) return PyErr_Clear(), false;
  const long long found = PyLong_AsLongLong(number.get());
  if (found == -1 && PyErr_Occurred()) return PyErr_Clear(), false;
  if (found < least || found > most) return false;
  to = found;
  return true;
}

namespace {

std::string refusal_of(const Function& function, PyObject* arguments) {
  std::string given;
  for (Py_ssize_t i = 0; i < PyTuple_Size(arguments); i++) {
    Value type = checked(PyObject_Type(PyTuple_GetItem(arguments, i)));
    given += (i ? ", " : "") + text_of(checked(PyObject_GetAttrString(type.get(), "__name__")).get());
  }
  return function.name + "(): incompatible function arguments. The following argument types are supported:\n    1. (" +
         function.signature + ")\n\nInvoked with types: " + given;
}

// The arguments in the order of the parameters; nothing where they do not fit.
std::optional<std::vector<Value>> arranged(const Function& function, PyObject* arguments, PyObject* keywords) {
  const auto given = static_cast<size_t>(PyTuple_Size(arguments));
  if (given > function.arity()) return std::nullopt;
  std::vector<Value> all(function.arity());
  for (size_t i = 0; i < given; i++) all[i] = Value::borrowed(PyTuple_GetItem(arguments, static_cast<Py_ssize_t>(i)));
  Py_ssize_t used = 0;
  for (size_t i = 0; i < all.size() && i < function.parameters.size(); i++) {
    const Parameter& parameter = function.parameters[i];
    PyObject* named = keywords ? PyDict_GetItemString(keywords, parameter.name.c_str()) : nullptr;
    if (named && all[i]) return std::nullopt;
    if (named) all[i] = Value::borrowed(named), used++;
    else if (!all[i]) all[i] = parameter.fallback;
  }
  if (keywords && used != PyDict_Size(keywords)) return std::nullopt;
  for (const Value& value : all)
    if (!value) return std::nullopt;
  return all;
}

PyObject* invoke(PyObject* self, PyObject* arguments, PyObject* keywords) {
  auto* function = static_cast<Function*>(PyCapsule_GetPointer(self, "gatewright"));
  try {
    if (const auto all = arranged(*function, arguments, keywords))
      if (Value result = function->call(*all)) return result.give();
    PyErr_SetString(PyExc_TypeError, refusal_of(*function, arguments).c_str());
  } catch (const Raised&) {
  } catch (const std::exception& error) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_RuntimeError, error.what());
  } catch (...) {
    PyErr_SetString(PyExc_RuntimeError, "an unknown C++ exception");
  }
  return nullptr;
}

constexpr int with_keywords = 0x0001 | 0x0002;  // METH_VARARGS | METH_KEYWORDS

}  // namespace

void add_function(PyObject* module, Function* function) {
  // With METH_KEYWORDS Python passes three arguments to what its structure says takes two.
  auto* called = reinterpret_cast<PyObject* (*)(PyObject*, PyObject*)>(reinterpret_cast<void*>(invoke));
  auto* method = new PyMethodDef{function->name.c_str(), called, with_keywords, ""};
  Value capsule = checked(PyCapsule_New(function, "gatewright", nullptr));
  Value made = checked(PyCFunction_NewEx(method, capsule.get(), nullptr));
  if (PyObject_SetAttrString(module, function->name.c_str(), made.get()) < 0) throw Raised();
}

}  // namespace gw
