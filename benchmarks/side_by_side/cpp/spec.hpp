// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// What a process is to run, as the benchmark writes it into a file.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "image.hpp"

namespace peer {

enum class Decoder { kYolox, kEmbedding, kDepthInverse };

struct NetworkSpec {
  std::string file;
  Decoder decoder = Decoder::kYolox;
  InputSpec input;
  float score_threshold = 0.3f, nms_iou = 0.5f;
  size_t max_detections = 300, max_candidates = 1000;
  std::vector<int> strides;
  float min_m = 0.1f, max_m = 100.0f;
  int max_batch = 16;
};

struct TaskSpec {
  std::string name, kind, topic, result_topic;
  int camera = 0;
  // the task whose boxes it works on; empty without one
  std::string parent;
  int64_t deadline_ns = 0;
};

struct Spec {
  // ONNX Runtime's shared library
  std::string library;
  std::map<std::string, NetworkSpec> networks;
  // a task comes after its parent
  std::vector<TaskSpec> tasks;

  const TaskSpec& task(const std::string& name) const;
  int cameras() const;
};

// Reads a file of lines "library FILE", "network KIND key=value ..." and
// "task NAME key=value ..."; throws std::runtime_error naming file and line.
Spec read_spec(const std::string& file);

}  // namespace peer
