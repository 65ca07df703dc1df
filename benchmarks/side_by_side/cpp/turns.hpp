// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// All tasks of a workload on one frame after another, without ROS.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "programs.hpp"

namespace peer {

// The answer of a task: boxes, or depth.
struct Answer {
  std::vector<Box> boxes;
  Depth depth;
};

class Turns {
 public:
  explicit Turns(const Spec& spec);
  const std::vector<TaskSpec>& tasks() const { return spec_.tasks; }
  // Run a task on a picture; the answer stays until the task runs again.
  const Answer& run(const TaskSpec& task, const Picture& picture);

 private:
  const Spec& spec_;
  Networks networks_;
  std::map<std::string, std::unique_ptr<Runner>> runners_;
  std::map<std::string, Tracker> trackers_;
  std::map<std::string, Answer> answers_;
};

}  // namespace peer
