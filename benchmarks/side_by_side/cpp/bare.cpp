// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <sched.h>

#include <chrono>
#include <cstdio>
#include <iostream>
#include <map>
#include <string>

#include "modes.hpp"
#include "pictures.hpp"
#include "turns.hpp"

namespace peer {
namespace {

double seconds_now() {
  auto since = std::chrono::steady_clock::now().time_since_epoch();
  return std::chrono::duration<double>(since).count();
}

// The number after a key of a command, which is a flat JSON object.
double number_after(const std::string& command, const std::string& key) {
  auto at = command.find('"' + key + "\":");
  return at == std::string::npos ? 0 : std::stod(command.substr(at + key.size() + 3));
}

// Run every task on frame after frame; return the answer to the command as JSON.
std::string saturated(Turns& turns, const Pictures& pictures, int cameras, double seconds) {
  std::map<std::string, double> spent_s;
  int64_t turn = 0;
  const double begin = seconds_now();
  double elapsed = 0;
  for (; elapsed < seconds; elapsed = seconds_now() - begin, ++turn)
    for (const TaskSpec& task : turns.tasks()) {
      double before = seconds_now();
      turns.run(task, pictures.of(task.camera, turn));
      spent_s[task.kind] += seconds_now() - before;
    }
  const auto frames = turn * cameras;
  std::string ms;
  for (const auto& [kind, spent] : spent_s) {
    double each = 1e3 * spent / static_cast<double>(frames);
    ms += (ms.empty() ? "\"" : ", \"") + kind + "\": " + std::to_string(each);
  }
  return "{\"frames\": " + std::to_string(frames) + ", \"seconds\": " + std::to_string(elapsed) +
         ", \"ms\": {" + ms + "}}";
}

}  // namespace

int run_bare(const Spec& spec, const Arguments& arguments) {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  for (int core : arguments.cores) CPU_SET(core, &cores);
  sched_setaffinity(0, sizeof(cores), &cores);
  Turns turns(spec);
  Pictures pictures(arguments.pictures);
  for (std::string command; std::getline(std::cin, command);) {
    if (command.find("\"saturated\"") == std::string::npos) continue;
    auto loop = saturated(turns, pictures, spec.cameras(), number_after(command, "seconds"));
    std::printf("@ {\"loops\": [%s], \"number\": %d}\n", loop.c_str(),
                static_cast<int>(number_after(command, "number")));
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace peer
