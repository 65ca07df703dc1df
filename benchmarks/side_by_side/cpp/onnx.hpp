// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// ONNX Runtime by its C API, loaded from the library that the Python package brings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace peer {

// Environment and shared arena of a process; throws std::runtime_error where it cannot be loaded.
class Runtime {
 public:
  explicit Runtime(const std::string& library);
  Runtime(const Runtime&) = delete;

  // Functions of the table, in the order of its versions: places never change.
  void* const* api() const { return api_; }
  void* env() const { return env_; }
  void* memory() const { return memory_; }
  // Throws the message of a status, if there is one.
  void check(void* status) const;

 private:
  void* const* api_ = nullptr;
  void* env_ = nullptr;
  void* memory_ = nullptr;
};

// An output of a run, valid as long as this object.
class Output {
 public:
  Output(const Runtime& runtime, void* value);
  Output(Output&& other) noexcept;
  Output(const Output&) = delete;
  ~Output();
  const float* data() const { return data_; }
  size_t size() const { return size_; }

 private:
  const Runtime* runtime_;
  void* value_;
  const float* data_ = nullptr;
  size_t size_ = 0;
};

// A network with one input and one output of floats. Runs may overlap: one thread each.
class Session {
 public:
  Session(const Runtime& runtime, const std::string& file);
  Session(const Session&) = delete;
  Output run(std::vector<float>& input, const std::vector<int64_t>& shape) const;
  // Rows that the input must have; 0 where any number will do.
  int64_t fixed_rows() const { return fixed_rows_; }

 private:
  std::string name_of(int function) const;
  int64_t first_side() const;

  const Runtime& runtime_;
  void* session_ = nullptr;
  std::string input_, output_;
  int64_t fixed_rows_ = 0;
};

}  // namespace peer
