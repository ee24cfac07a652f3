// What torch/extension.h brings beside that is seldom used: read where a text names any of it.
#pragma once

#include "gatewright/torch/torch.h"

#include <chrono>
#include <functional>
#include <iomanip>
#include <iostream>
#include <list>
#include <map>
#include <mutex>
#include <queue>
#include <set>
#include <sstream>
#include <thread>
#include <unordered_map>
#include <unordered_set>

namespace c10 {

inline std::ostream& operator<<(std::ostream& out, ScalarType type) { return out << toString(type); }
inline std::ostream& operator<<(std::ostream& out, const Device& device) { return out << device.str(); }
inline std::ostream& operator<<(std::ostream& out, DeviceType type) { return out << Device(type).str(); }
template <class T>
std::ostream& operator<<(std::ostream& out, ArrayRef<T> list) {
  out << "[";
  for (size_t i = 0; i < list.size(); i++) out << (i ? ", " : "") << list[i];
  return out << "]";
}

}  // namespace c10

namespace at {

inline std::ostream& operator<<(std::ostream& out, const TypeMeta& type) { return out << type.name(); }
inline std::ostream& operator<<(std::ostream& out, const Tensor& tensor) { return out << gw::shown(tensor); }

}  // namespace at
