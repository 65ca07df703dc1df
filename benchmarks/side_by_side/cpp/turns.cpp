// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "turns.hpp"

namespace peer {

Turns::Turns(const Spec& spec) : spec_(spec), networks_(spec) {
  for (const TaskSpec& task : spec.tasks)
    if (auto& runner = runners_[task.kind]; !runner)
      runner = std::make_unique<Runner>(networks_, task.kind);
}

const Answer& Turns::run(const TaskSpec& task, const Picture& picture) {
  Runner& runner = *runners_.at(task.kind);
  Answer& answer = answers_[task.name];
  if (task.kind == "depth") {
    answer.depth = runner.depth(picture);
  } else if (task.parent.empty()) {
    answer.boxes = runner.boxes(picture);
  } else {
    const auto& boxes = answers_.at(task.parent).boxes;
    answer.boxes = trackers_[task.name].update(boxes, runner.looks(picture, boxes), 1);
  }
  return answer;
}

}  // namespace peer
