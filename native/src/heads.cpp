// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "heads.hpp"

#include <algorithm>
#include <cmath>

namespace edge_sched
{
namespace
{

// classes as half-precision numbers are exact up to 2048
constexpr float kFraction = 0.01f;
// the reference adds in another order: it judges what is near to equal
constexpr double kNearly = 1.001;
// of a yolox row, before the scores of classes
constexpr std::size_t kBeforeClasses = 5;
// of a yolov8 column, and of all of an end-to-end row
constexpr std::size_t kBox = 4;
constexpr std::size_t kColumns = 6;
// shares of the input that are no pixels
constexpr float kGreatestShare = 4.0f;

bool varies(const float * values, std::size_t count)
{
  // NaN differs from itself
  return std::any_of(values, values + count, [values](float value) {return value != values[0];});
}

Corners corners(float x, float y, float width, float height)
{
  const float half_width = width / 2, half_height = height / 2;
  return {x - half_width, y - half_height, x + half_width, y + half_height};
}

// Whether centres are relative to their cell, as in the reference's looks_decoded.
bool are_relative(
  const float * values, std::size_t rows, std::size_t columns, const float * cells,
  const float * strides)
{
  double in_pixels = 0.0, relative = 0.0, stride = 0.0;
  for (std::size_t row = 0; row < rows; ++row) {
    const float * centre = values + row * columns;
    for (std::size_t axis = 0; axis < 2; ++axis) {
      in_pixels += std::abs(centre[axis] - (cells[2 * row + axis] + 0.5f) * strides[row]);
      relative += std::abs(centre[axis]);
    }
    stride += strides[row];
  }
  relative *= stride / static_cast<double>(rows);
  return in_pixels > kNearly * relative;
}

// Add the best class of a row or column whose scores lie a step apart; false if one is NaN.
bool add_best(
  const float * scores, std::size_t count, std::size_t step, Candidates & to, float factor)
{
  std::size_t best = 0;
  for (std::size_t at = 0; at < count; ++at) {
    const float score = scores[at * step];
    if (score != score) {
      return false;
    }
    if (score > scores[best * step]) {
      best = at;
    }
  }
  to.scores.push_back(scores[best * step] * factor);
  to.class_ids.push_back(static_cast<std::int64_t>(best));
  return true;
}

// The greatest class score of every column; nothing if a score is NaN.
std::optional<std::vector<float>> best_of_columns(
  const float * values, std::size_t rows, std::size_t columns)
{
  std::vector<float> best(values, values + columns);
  int odd = 0;
  for (std::size_t row = 0; row < rows; ++row) {
    const float * scores = values + row * columns;
    float * most = best.data();
    // without branches, for the compiler to work on several columns at a time
    for (std::size_t column = 0; column < columns; ++column) {
      const float score = scores[column];
      most[column] = most[column] < score ? score : most[column];
      odd |= score != score;
    }
  }
  return odd ? std::nullopt : std::make_optional(best);
}

}  // namespace

std::optional<Found> decode_yolox(
  const float * values, std::size_t rows, std::size_t columns, const float * cells,
  const float * strides, const BoxLimits & limits)
{
  if (columns <= kBeforeClasses || !varies(values, rows * columns)) {
    return std::nullopt;
  }
  std::vector<float> objectness(rows);
  for (std::size_t row = 0; row < rows; ++row) {
    objectness[row] = values[row * columns + 4];
  }
  if (!are_relative(values, rows, columns, cells, strides) ||
    look_squashed_twice(objectness.data(), rows) || !are_chances(objectness.data(), rows))
  {
    return std::nullopt;
  }
  const auto threshold = static_cast<float>(limits.score_threshold);
  Candidates found;
  for (std::size_t row = 0; row < rows; ++row) {
    // most cells are empty: decode only those that can pass the threshold
    if (!(objectness[row] >= threshold)) {
      continue;
    }
    const float * raw = values + row * columns;
    if (!add_best(raw + kBeforeClasses, columns - kBeforeClasses, 1, found, objectness[row])) {
      return std::nullopt;
    }
    found.boxes.push_back(
      corners(
        (raw[0] + cells[2 * row]) * strides[row], (raw[1] + cells[2 * row + 1]) * strides[row],
        std::exp(std::min(raw[2], 10.0f)) * strides[row],
        std::exp(std::min(raw[3], 10.0f)) * strides[row]));
  }
  return select(found, limits, true);
}

std::optional<Found> decode_yolov8(
  const float * values, std::size_t rows, std::size_t columns, const BoxLimits & limits)
{
  if (rows <= kBox || !varies(values, rows * columns)) {
    return std::nullopt;
  }
  const float * scores = values + kBox * columns;
  const auto best = best_of_columns(scores, rows - kBox, columns);
  if (!best || look_squashed_twice(best->data(), columns)) {
    return std::nullopt;
  }
  const auto alive = strongest(best->data(), columns, limits);
  if (!alive) {
    return std::nullopt;
  }
  Candidates found;
  for (const std::size_t column : *alive) {
    const float * at = values + column;
    if (!add_best(scores + column, rows - kBox, columns, found, 1.0f)) {
      return std::nullopt;
    }
    found.boxes.push_back(corners(at[0], at[columns], at[2 * columns], at[3 * columns]));
  }
  return select(found, limits, true);
}

std::optional<Found> decode_end2end(
  const float * values, std::size_t rows, bool shares, const BoxLimits & limits)
{
  const auto threshold = static_cast<float>(limits.score_threshold);
  const float factor_x = shares ? static_cast<float>(limits.input_width) : 1.0f;
  const float factor_y = shares ? static_cast<float>(limits.input_height) : 1.0f;
  bool likely = false;
  float greatest = 0.0f;
  Candidates found;
  for (std::size_t row = 0; row < rows; ++row) {
    const float * raw = values + row * kColumns;
    const float class_id = std::rint(raw[5]);
    // false for NaN; more classes than exact floats are none
    if (!(std::abs(class_id - raw[5]) < kFraction && std::abs(class_id) < 1e6f)) {
      return std::nullopt;
    }
    if (raw[4] >= threshold) {
      likely = true;
      for (std::size_t side = 0; side < kBox; ++side) {
        if (!std::isfinite(raw[side])) {
          return std::nullopt;
        }
        greatest = std::max(greatest, std::abs(raw[side]));
      }
    }
    found.boxes.push_back(
      {raw[0] * factor_x, raw[1] * factor_y, raw[2] * factor_x, raw[3] * factor_y});
    found.scores.push_back(raw[4]);
    found.class_ids.push_back(static_cast<std::int64_t>(class_id));
  }
  // the reference judges what may be in the other unit
  if (likely && (greatest <= kGreatestShare) != shares) {
    return std::nullopt;
  }
  return select(found, limits, false);
}

}  // namespace edge_sched
