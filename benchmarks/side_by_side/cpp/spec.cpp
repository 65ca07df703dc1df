// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "spec.hpp"

#include <algorithm>
#include <fstream>
#include <functional>
#include <sstream>
#include <stdexcept>

namespace peer {
namespace {

using Readers = std::map<std::string, std::function<void(const std::string&)>>;

std::vector<double> numbers(const std::string& text) {
  std::vector<double> found;
  std::stringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');) found.push_back(std::stod(part));
  return found;
}

void three(const std::string& text, double target[3]) {
  auto found = numbers(text);
  if (found.size() != 3) throw std::runtime_error("three numbers are needed: " + text);
  std::copy(found.begin(), found.end(), target);
}

Decoder decoder_of(const std::string& name) {
  static const std::map<std::string, Decoder> known = {
      {"yolox", Decoder::kYolox},
      {"embedding", Decoder::kEmbedding},
      {"depth_inverse", Decoder::kDepthInverse}};
  auto found = known.find(name);
  if (found == known.end()) throw std::runtime_error("no decoder " + name);
  return found->second;
}

void read_pairs(std::istream& line, const Readers& readers) {
  for (std::string pair; line >> pair;) {
    auto equals = pair.find('=');
    auto reader = readers.find(pair.substr(0, equals));
    if (equals == std::string::npos || reader == readers.end())
      throw std::runtime_error("unknown: " + pair);
    reader->second(pair.substr(equals + 1));
  }
}

NetworkSpec read_network(std::istream& line) {
  NetworkSpec spec;
  InputSpec& input = spec.input;
  read_pairs(line, {
    {"file", [&](const std::string& v) { spec.file = v; }},
    {"decoder", [&](const std::string& v) { spec.decoder = decoder_of(v); }},
    {"width", [&](const std::string& v) { input.width = std::stoi(v); }},
    {"height", [&](const std::string& v) { input.height = std::stoi(v); }},
    {"resize", [&](const std::string& v) { input.letterbox = v == "letterbox"; }},
    {"align", [&](const std::string& v) { input.centred = v == "center"; }},
    {"colour", [&](const std::string& v) { input.rgb = v == "rgb"; }},
    {"layout", [&](const std::string& v) { input.nhwc = v == "nhwc"; }},
    {"scale", [&](const std::string& v) { input.scale = std::stod(v); }},
    {"mean", [&](const std::string& v) { three(v, input.mean); }},
    {"std", [&](const std::string& v) { three(v, input.std); }},
    {"pad", [&](const std::string& v) { input.pad = static_cast<uint8_t>(std::stoi(v)); }},
    {"score_threshold", [&](const std::string& v) { spec.score_threshold = std::stof(v); }},
    {"nms_iou", [&](const std::string& v) { spec.nms_iou = std::stof(v); }},
    {"max_detections", [&](const std::string& v) { spec.max_detections = std::stoul(v); }},
    {"max_candidates", [&](const std::string& v) { spec.max_candidates = std::stoul(v); }},
    {"strides", [&](const std::string& v) {
      for (double stride : numbers(v)) spec.strides.push_back(static_cast<int>(stride));
    }},
    {"min_m", [&](const std::string& v) { spec.min_m = std::stof(v); }},
    {"max_m", [&](const std::string& v) { spec.max_m = std::stof(v); }},
    {"max_batch", [&](const std::string& v) { spec.max_batch = std::stoi(v); }},
  });
  return spec;
}

TaskSpec read_task(std::istream& line) {
  TaskSpec spec;
  line >> spec.name;
  read_pairs(line, {
    {"kind", [&](const std::string& v) { spec.kind = v; }},
    {"camera", [&](const std::string& v) { spec.camera = std::stoi(v); }},
    {"topic", [&](const std::string& v) { spec.topic = v; }},
    {"result_topic", [&](const std::string& v) { spec.result_topic = v; }},
    {"parent", [&](const std::string& v) { spec.parent = v; }},
    {"deadline_ns", [&](const std::string& v) { spec.deadline_ns = std::stoll(v); }},
  });
  return spec;
}

void read_line(const std::string& text, Spec& spec) {
  std::stringstream line(text);
  std::string what, kind;
  if (!(line >> what)) return;
  if (what == "library") {
    line >> spec.library;
  } else if (what == "network") {
    line >> kind;
    spec.networks[kind] = read_network(line);
  } else if (what == "task") {
    spec.tasks.push_back(read_task(line));
  } else {
    throw std::runtime_error("unknown: " + what);
  }
}

}  // namespace

const TaskSpec& Spec::task(const std::string& name) const {
  for (const TaskSpec& task : tasks)
    if (task.name == name) return task;
  throw std::runtime_error("no task " + name);
}

int Spec::cameras() const {
  int most = 0;
  for (const TaskSpec& task : tasks) most = std::max(most, task.camera + 1);
  return most;
}

Spec read_spec(const std::string& file) {
  std::ifstream lines(file);
  if (!lines) throw std::runtime_error(file + ": cannot be read");
  Spec spec;
  int number = 0;
  for (std::string line; std::getline(lines, line);) {
    ++number;
    try {
      read_line(line, spec);
    } catch (const std::exception& error) {
      throw std::runtime_error(file + ":" + std::to_string(number) + ": " + error.what());
    }
  }
  return spec;
}

}  // namespace peer
