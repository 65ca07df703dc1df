// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// peer MODE --spec FILE [--pictures FILE] [--tasks NAME...] [--cores N...] [--ros-args ...]
#include <cstdio>
#include <exception>
#include <map>
#include <stdexcept>
#include <string>

#include "modes.hpp"

namespace {

using Mode = int (*)(const peer::Spec&, const peer::Arguments&);

const std::map<std::string, Mode> kModes = {{"networks", peer::run_networks},
                                            {"edf", peer::run_edf},
                                            {"bare", peer::run_bare},
                                            {"answers", peer::run_answers}};

int run(int count, char** values) {
  auto mode = count > 1 ? kModes.find(values[1]) : kModes.end();
  if (mode == kModes.end()) throw std::runtime_error("the first argument is no mode");
  peer::Arguments arguments{count, values, {}, {}, {}};
  std::string spec, option;
  for (int at = 2; at < count && std::string(values[at]) != "--ros-args"; ++at) {
    std::string value = values[at];
    if (value.rfind("--", 0) == 0) option = value;
    else if (option == "--spec") spec = value;
    else if (option == "--pictures") arguments.pictures = value;
    else if (option == "--tasks") arguments.tasks.push_back(value);
    else if (option == "--cores") arguments.cores.push_back(std::stoi(value));
    else throw std::runtime_error("unknown option: " + option);
  }
  return mode->second(peer::read_spec(spec), arguments);
}

}  // namespace

int main(int count, char** values) {
  try {
    return run(count, values);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "peer: %s\n", error.what());
    return 1;
  }
}
