// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "decode.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace peer {
namespace {

// Numbers of a row: x, y, width, height, objectness, then one for each class.
constexpr size_t kBeforeClasses = 5;

struct Cell {
  float column, row, stride;
};

std::vector<Cell> grid_of(const NetworkSpec& spec) {
  std::vector<Cell> cells;
  for (int stride : spec.strides)
    for (int row = 0; row < spec.input.height / stride; ++row)
      for (int column = 0; column < spec.input.width / stride; ++column)
        cells.push_back({static_cast<float>(column), static_cast<float>(row),
                         static_cast<float>(stride)});
  return cells;
}

struct Candidate {
  size_t row;
  float score;
  int class_id;
};

std::vector<Candidate> candidates_of(const NetworkSpec& spec, const float* output, size_t rows,
                                     size_t columns) {
  std::vector<Candidate> found;
  for (size_t row = 0; row < rows; ++row) {
    const float* numbers = output + row * columns;
    if (!(numbers[4] >= spec.score_threshold)) continue;
    const float* classes = numbers + kBeforeClasses;
    const float* best = std::max_element(classes, numbers + columns);
    float score = *best * numbers[4];
    if (score >= spec.score_threshold)
      found.push_back({row, score, static_cast<int>(best - classes)});
  }
  std::stable_sort(found.begin(), found.end(),
                   [](const Candidate& a, const Candidate& b) { return a.score > b.score; });
  if (found.size() > spec.max_candidates) found.resize(spec.max_candidates);
  return found;
}

Box box_of(const Candidate& candidate, const float* numbers, const Cell& cell) {
  Box box;
  float x = (numbers[0] + cell.column) * cell.stride, y = (numbers[1] + cell.row) * cell.stride;
  float width = std::exp(std::min(numbers[2], 10.0f)) * cell.stride;
  float height = std::exp(std::min(numbers[3], 10.0f)) * cell.stride;
  box.sides[0] = x - width / 2, box.sides[1] = y - height / 2;
  box.sides[2] = x + width / 2, box.sides[3] = y + height / 2;
  box.score = candidate.score;
  box.class_id = candidate.class_id;
  return box;
}

bool overlap_more(const Box& a, const Box& b, double limit) {
  const float *p = a.sides, *q = b.sides;
  double width = static_cast<double>(std::min(p[2], q[2])) - std::max(p[0], q[0]);
  double height = static_cast<double>(std::min(p[3], q[3])) - std::max(p[1], q[1]);
  if (width <= 0 || height <= 0) return false;
  double shared = width * height;
  double united = (static_cast<double>(p[2]) - p[0]) * (static_cast<double>(p[3]) - p[1]) +
                  (static_cast<double>(q[2]) - q[0]) * (static_cast<double>(q[3]) - q[1]) - shared;
  return shared > limit * united;
}

void to_source(Box& box, const Transform& at, const Picture& source) {
  const float offset[2] = {at.offset_x, at.offset_y}, scale[2] = {at.scale_x, at.scale_y};
  const float limit[2] = {static_cast<float>(source.width), static_cast<float>(source.height)};
  for (int side = 0; side < 4; ++side)
    box.sides[side] = std::clamp((box.sides[side] - offset[side & 1]) / scale[side & 1], 0.0f,
                                 limit[side & 1]);
}

}  // namespace

std::vector<Box> decode_yolox(const NetworkSpec& spec, const float* output, size_t size,
                              const Transform& transform, const Picture& source) {
  static thread_local std::vector<Cell> cells;
  static thread_local const NetworkSpec* of = nullptr;
  if (of != &spec) cells = grid_of(spec), of = &spec;
  if (cells.empty() || size % cells.size() || size / cells.size() <= kBeforeClasses)
    throw std::runtime_error(spec.file + ": outputs do not fit the strides");
  const size_t columns = size / cells.size();
  std::vector<Box> kept;
  for (const Candidate& candidate : candidates_of(spec, output, cells.size(), columns)) {
    if (kept.size() == spec.max_detections) break;
    Box box = box_of(candidate, output + candidate.row * columns, cells[candidate.row]);
    bool worse = std::any_of(kept.begin(), kept.end(), [&](const Box& better) {
      return better.class_id == box.class_id && overlap_more(better, box, spec.nms_iou);
    });
    if (!worse) kept.push_back(box);
  }
  for (Box& box : kept) to_source(box, transform, source);
  kept.erase(std::remove_if(kept.begin(), kept.end(), [](const Box& box) {
    return !(box.sides[2] > box.sides[0] && box.sides[3] > box.sides[1]);
  }), kept.end());
  return kept;
}

Depth decode_depth(const NetworkSpec& spec, const float* output, size_t size) {
  Depth depth;
  double ratio = std::sqrt(static_cast<double>(size) / spec.input.width / spec.input.height);
  depth.width = static_cast<int>(std::lrint(spec.input.width * ratio));
  depth.height = static_cast<int>(std::lrint(spec.input.height * ratio));
  if (static_cast<size_t>(depth.width) * depth.height != size)
    throw std::runtime_error(spec.file + ": the output does not have the input's proportions");
  depth.metres.resize(size);
  const float unknown = std::numeric_limits<float>::quiet_NaN();
  for (size_t at = 0; at < size; ++at) {
    float metres = 1 / output[at];
    bool good = output[at] > 0 && metres >= spec.min_m && metres <= spec.max_m;
    depth.metres[at] = good ? metres : unknown;
  }
  return depth;
}

void normalise(Vectors& vectors) {
  for (size_t begin = 0; begin < vectors.values.size(); begin += vectors.length) {
    float* vector = vectors.values.data() + begin;
    float sum = 0;
    for (size_t at = 0; at < vectors.length; ++at) sum += vector[at] * vector[at];
    float length = std::max(std::sqrt(sum), 1e-9f);
    for (size_t at = 0; at < vectors.length; ++at) vector[at] /= length;
  }
}

}  // namespace peer
