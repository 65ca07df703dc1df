// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Reading and writing of serialised messages: little-endian CDR, as DDS carries it.
#pragma once

#include <cstdint>
#include <cstring>
#include <stdexcept>
#include <string>
#include <vector>

namespace peer {

// Four bytes before every message, which alignment does not count.
constexpr size_t kEncapsulation = 4;

class CdrReader {
 public:
  CdrReader(const uint8_t* data, size_t size)
      : begin_(data + kEncapsulation), at_(begin_), end_(data + size) {
    if (size < kEncapsulation || data[1] != 1) throw std::runtime_error("not little-endian CDR");
  }

  template <typename T>
  T get() {
    align(sizeof(T));
    T value;
    std::memcpy(&value, bytes(sizeof(T)), sizeof(T));
    return value;
  }
  std::string text() {
    auto length = get<uint32_t>();
    auto from = reinterpret_cast<const char*>(bytes(length));
    return std::string(from, length ? length - 1 : 0);
  }
  const uint8_t* bytes(size_t count) {
    if (count > static_cast<size_t>(end_ - at_)) throw std::runtime_error("a message is cut off");
    at_ += count;
    return at_ - count;
  }

 private:
  void align(size_t size) { bytes((size - static_cast<size_t>(at_ - begin_) % size) % size); }

  const uint8_t *begin_, *at_, *end_;
};

class CdrWriter {
 public:
  CdrWriter() : bytes_{0, 1, 0, 0} {}

  template <typename T>
  void put(T value) {
    bytes_.resize(bytes_.size() + (sizeof(T) - (bytes_.size() - kEncapsulation) % sizeof(T)) %
                                      sizeof(T));
    raw(&value, sizeof(T));
  }
  void text(const std::string& value) {
    put(static_cast<uint32_t>(value.size() + 1));
    raw(value.c_str(), value.size() + 1);
  }
  void raw(const void* from, size_t count) {
    auto first = static_cast<const uint8_t*>(from);
    bytes_.insert(bytes_.end(), first, first + count);
  }
  std::vector<uint8_t>& bytes() { return bytes_; }

 private:
  std::vector<uint8_t> bytes_;
};

}  // namespace peer
