// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// What the program can be: one function for each mode; each returns the exit code.
#pragma once

#include <string>
#include <vector>

#include "spec.hpp"

namespace peer {

struct Arguments {
  int count = 0;
  char** values = nullptr;
  std::string pictures;
  std::vector<std::string> tasks;
  std::vector<int> cores;
};

// One callback after another, as a node for one network has it.
int run_networks(const Spec& spec, const Arguments& arguments);
// A thread for each core; earliest deadline first, hopeless jobs are dropped.
int run_edf(const Spec& spec, const Arguments& arguments);
// Networks back to back on one core, without ROS; commands come on stdin.
int run_bare(const Spec& spec, const Arguments& arguments);
// Writes the answers to some pictures as messages to stdout, for tests.
int run_answers(const Spec& spec, const Arguments& arguments);

}  // namespace peer
