// What inline assembly becomes calls of (`ptx.py`); stands before a text that has any.
#define GW_PTX static inline __attribute__((always_inline))

// A value as another type: bit by bit where sizes agree, as registers are read.
template <class T, class F>
GW_PTX T gw_as(F from) {
  if constexpr (sizeof(T) != sizeof(F)) {
    return static_cast<T>(from);
  } else {
    T to;
    __builtin_memcpy(static_cast<void*>(&to), static_cast<const void*>(&from), sizeof to);
    return to;
  }
}

template <class L, class V>
GW_PTX void gw_set(L& to, V value) {
  to = gw_as<L>(value);
}

// Addresses of shared memory have 32 bits, and count from where the block's begins.
GW_PTX unsigned gw_shared_address(const void* where) {
  return static_cast<unsigned>(static_cast<const char*>(where) - static_cast<const char*>(::gw::dynamic_shared()));
}
GW_PTX char* gw_shared(unsigned at) { return static_cast<char*>(::gw::dynamic_shared()) + at; }
GW_PTX char* gw_generic(unsigned long long at) { return reinterpret_cast<char*>(at); }

// Bit i of `table` is the result where a, b and c are the three bits of i.
GW_PTX unsigned gw_lop3(unsigned a, unsigned b, unsigned c, unsigned table) {
  unsigned result = 0;
  for (unsigned i = 0; i < 8; i++)
    if (table >> i & 1) result |= (i & 4 ? a : ~a) & (i & 2 ? b : ~b) & (i & 1 ? c : ~c);
  return result;
}

// A field of `count` bits; of a signed one the top bit fills what is left, also beyond bit 31.
GW_PTX unsigned gw_bfe(unsigned a, unsigned at, unsigned count, bool is_signed) {
  at &= 255;
  count &= 255;
  const unsigned top = at + count > 32 ? 31 : at + count - 1;
  const bool fills = is_signed && count != 0 && (a >> top & 1);
  unsigned result = 0;
  for (unsigned i = 0; i < 32; i++) {
    const bool inside = i < count && at + i < 32;
    if (inside ? a >> (at + i) & 1 : fills) result |= 1u << i;
  }
  return result;
}

GW_PTX unsigned gw_bfi(unsigned a, unsigned b, unsigned at, unsigned count) {
  at &= 255;
  count &= 255;
  for (unsigned i = 0; i < count && at + i < 32; i++)
    b = (b & ~(1u << (at + i))) | ((a >> i & 1) << (at + i));
  return b;
}

// Each nibble of the selector names a byte of b:a; its top bit asks for the byte's sign instead.
GW_PTX unsigned gw_prmt(unsigned a, unsigned b, unsigned selector) {
  const unsigned long long bytes = static_cast<unsigned long long>(b) << 32 | a;
  unsigned result = 0;
  for (int i = 0; i < 4; i++) {
    const unsigned chosen = selector >> 4 * i & 15;
    const unsigned byte = static_cast<unsigned>(bytes >> (chosen & 7) * 8 & 255);
    result |= (chosen & 8 ? (byte & 128 ? 255u : 0u) : byte) << 8 * i;
  }
  return result;
}

GW_PTX void gw_copy(char* to, const char* from, unsigned size, unsigned given) {
  for (unsigned i = 0; i < size; i++) to[i] = i < given ? from[i] : 0;
}

GW_PTX unsigned gw_linear_thread() {
  return (threadIdx.z * blockDim.y + threadIdx.y) * blockDim.x + threadIdx.x;
}
