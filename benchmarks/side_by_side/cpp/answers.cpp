// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <cstdint>
#include <cstdio>

#include "messages.hpp"
#include "modes.hpp"
#include "pictures.hpp"
#include "turns.hpp"

namespace peer {
namespace {

constexpr int kTurns = 20;

}  // namespace

int run_answers(const Spec& spec, const Arguments& arguments) {
  Turns turns(spec);
  Pictures pictures(arguments.pictures);
  for (int turn = 0; turn < kTurns; ++turn)
    for (const TaskSpec& task : turns.tasks()) {
      const Answer& answer = turns.run(task, pictures.of(task.camera, turn));
      Header header{turn, static_cast<uint32_t>(task.camera), "camera"};
      auto message = task.kind == "depth" ? write_depth(answer.depth, header)
                                          : write_boxes(answer.boxes, header);
      auto size = static_cast<uint32_t>(message.size());
      std::fwrite(&size, sizeof(size), 1, stdout);
      std::fwrite(message.data(), 1, message.size(), stdout);
    }
  return 0;
}

}  // namespace peer
