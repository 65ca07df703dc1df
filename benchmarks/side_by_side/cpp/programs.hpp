// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// All of a task's work on a frame: preprocess, infer, decode, associate.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "image.hpp"
#include "onnx.hpp"
#include "results.hpp"
#include "spec.hpp"
#include "tracker.hpp"

namespace peer {

// The networks of a process, loaded once.
class Networks {
 public:
  // `kinds`: those that are loaded; all if empty.
  explicit Networks(const Spec& spec, const std::vector<std::string>& kinds = {});

  const NetworkSpec& spec_of(const std::string& kind) const { return spec_.networks.at(kind); }
  const Session& session_of(const std::string& kind) const { return *sessions_.at(kind); }

 private:
  const Spec& spec_;
  Runtime runtime_;
  std::map<std::string, std::unique_ptr<Session>> sessions_;
};

// Runs one kind of network; one for each thread.
class Runner {
 public:
  Runner(const Networks& networks, const std::string& kind);

  std::vector<Box> boxes(const Picture& picture);
  Depth depth(const Picture& picture);
  // The appearance of every box.
  Vectors looks(const Picture& picture, const std::vector<Box>& boxes);

 private:
  std::vector<int64_t> shape(int64_t rows) const;

  const NetworkSpec& spec_;
  const Session& session_;
  Preprocessor preprocessor_;
  // crops at a time
  int64_t batch_ = 1;
  std::vector<float> input_;
};

}  // namespace peer
