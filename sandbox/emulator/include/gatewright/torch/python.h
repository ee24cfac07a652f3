// The part of CPython's stable application binary interface that we use, so that no Python headers
// need be installed, and an owning reference.
#pragma once

#include <cstddef>
#include <utility>

extern "C" {
typedef struct _object PyObject;
typedef ptrdiff_t Py_ssize_t;
void Py_IncRef(PyObject*);
void Py_DecRef(PyObject*);
PyObject* PyLong_FromLongLong(long long);
long long PyLong_AsLongLong(PyObject*);
PyObject* PyFloat_FromDouble(double);
double PyFloat_AsDouble(PyObject*);
PyObject* PyBool_FromLong(long);
PyObject* PyUnicode_FromStringAndSize(const char*, Py_ssize_t);
const char* PyUnicode_AsUTF8AndSize(PyObject*, Py_ssize_t*);
PyObject* PyTuple_New(Py_ssize_t);
int PyTuple_SetItem(PyObject*, Py_ssize_t, PyObject*);
PyObject* PyTuple_GetItem(PyObject*, Py_ssize_t);
Py_ssize_t PyTuple_Size(PyObject*);
PyObject* PyList_New(Py_ssize_t);
int PyList_SetItem(PyObject*, Py_ssize_t, PyObject*);
int PySequence_Check(PyObject*);
Py_ssize_t PySequence_Size(PyObject*);
PyObject* PySequence_GetItem(PyObject*, Py_ssize_t);
PyObject* PyDict_New();
int PyDict_SetItemString(PyObject*, const char*, PyObject*);
PyObject* PyDict_GetItemString(PyObject*, const char*);
Py_ssize_t PyDict_Size(PyObject*);
PyObject* PyObject_GetAttrString(PyObject*, const char*);
int PyObject_SetAttrString(PyObject*, const char*, PyObject*);
int PyObject_HasAttrString(PyObject*, const char*);
PyObject* PyObject_Call(PyObject*, PyObject*, PyObject*);
PyObject* PyObject_GetItem(PyObject*, PyObject*);
PyObject* PyObject_Str(PyObject*);
PyObject* PyObject_Type(PyObject*);
int PyObject_IsInstance(PyObject*, PyObject*);
int PyObject_IsTrue(PyObject*);
PyObject* PyNumber_Index(PyObject*);
PyObject* PyNumber_Float(PyObject*);
int PyNumber_Check(PyObject*);
PyObject* PyImport_ImportModule(const char*);
void PyErr_SetString(PyObject*, const char*);
PyObject* PyErr_Occurred();
void PyErr_Clear();
PyObject* PyModule_NewObject(PyObject*);
PyObject* PyCapsule_New(void*, const char*, void (*)(PyObject*));
void* PyCapsule_GetPointer(PyObject*, const char*);
struct PyMethodDef {
  const char* name;
  PyObject* (*function)(PyObject*, PyObject*);
  int flags;
  const char* doc;
};
PyObject* PyCFunction_NewEx(PyMethodDef*, PyObject*, PyObject*);
extern PyObject _Py_NoneStruct;
extern PyObject *PyExc_TypeError, *PyExc_RuntimeError, *PyExc_ValueError;
extern PyObject PyBool_Type, PyFloat_Type, PyLong_Type, PyUnicode_Type, PyBytes_Type, PyTuple_Type, PyList_Type;
}

namespace gw {

// Owns one reference; empty is allowed.
class Value {
 public:
  Value() = default;
  static Value taken(PyObject* reference) { return Value(reference); }
  static Value borrowed(PyObject* reference) {
    if (reference) Py_IncRef(reference);
    return Value(reference);
  }
  Value(const Value& other) : object_(other.object_) {
    if (object_) Py_IncRef(object_);
  }
  Value(Value&& other) noexcept : object_(other.give()) {}
  Value& operator=(Value other) noexcept {
    PyObject* const before = object_;
    object_ = other.object_;
    other.object_ = before;
    return *this;
  }
  ~Value() {
    if (object_) Py_DecRef(object_);
  }
  PyObject* get() const { return object_; }
  PyObject* give() {
    PyObject* const given = object_;
    object_ = nullptr;
    return given;
  }
  explicit operator bool() const { return object_ != nullptr; }
  bool is_none() const { return object_ == &_Py_NoneStruct; }

 private:
  explicit Value(PyObject* reference) : object_(reference) {}
  PyObject* object_ = nullptr;
};

inline Value none() { return Value::borrowed(&_Py_NoneStruct); }

}  // namespace gw
