// Conversions from text, which the headers only declare (gatewright/standard.h).
#define GW_CONVERSIONS_ELSEWHERE
#include "gatewright/standard.h"

#include <cerrno>

namespace {

template <class Number, class Read>
Number converted(const char* name, const std::string& text, size_t* end, Read read) {
  const int before = errno;
  errno = 0;
  char* stopped = nullptr;
  const Number value = read(text.c_str(), &stopped);
  if (stopped == text.c_str()) throw std::invalid_argument(name);
  if (errno == ERANGE) throw std::out_of_range(name);
  errno = before;
  if (end) *end = static_cast<size_t>(stopped - text.c_str());
  return value;
}

}  // namespace

namespace std {
inline namespace __cxx11 {

#define GW_WHOLE(name, type, function)                                                                   \
  type name(const string& text, size_t* end, int base) {                                                 \
    return converted<type>(#name, text, end, [base](const char* c, char** e) { return function(c, e, base); }); \
  }
#define GW_REAL(name, type, function)                      \
  type name(const string& text, size_t* end) {             \
    return converted<type>(#name, text, end, &::function); \
  }
GW_WHOLE(stol, long, ::strtol)
GW_WHOLE(stoul, unsigned long, ::strtoul)
GW_WHOLE(stoll, long long, ::strtoll)
GW_WHOLE(stoull, unsigned long long, ::strtoull)
GW_REAL(stof, float, strtof)
GW_REAL(stod, double, strtod)
GW_REAL(stold, long double, strtold)
int stoi(const string& text, size_t* end, int base) {
  size_t length = 0;
  const long wide = stol(text, &length, base);
  if (wide < INT_MIN || wide > INT_MAX) throw out_of_range("stoi");
  if (end) *end = length;
  return static_cast<int>(wide);
}

}  // namespace __cxx11
}  // namespace std
