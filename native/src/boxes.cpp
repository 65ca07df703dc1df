// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "boxes.hpp"

#include <algorithm>
#include <cmath>

#include "nms.hpp"

namespace edge_sched
{
namespace
{

// how far scores of quantised networks lie outside 0..1
constexpr double kRounding = 0.05;
constexpr double kLittle = 0.005;
// among so many places of a picture at least one has no object
constexpr std::size_t kMany = 50;
// sides in pixels of the input that no network resolves
constexpr float kTiny = 2.0f;

bool is_finite(const Corners & box)
{
  return std::all_of(box.begin(), box.end(), [](float side) {return std::isfinite(side);});
}

// Whether boxes and classes of some rows may be kept.
bool are_possible(
  const Candidates & from, const std::vector<std::size_t> & rows, std::int64_t labels)
{
  return std::all_of(rows.begin(), rows.end(), [&](std::size_t row) {
      const std::int64_t class_id = from.class_ids[row];
      return is_finite(from.boxes[row]) && class_id >= 0 && (labels == 0 || class_id < labels);
    });
}

// Boxes of different classes are moved apart, so that they do not suppress each other.
std::vector<std::size_t> suppress_in_classes(
  const Candidates & from, const std::vector<std::size_t> & rows, const BoxLimits & limits)
{
  if (rows.empty()) {
    return rows;
  }
  float least = from.boxes[rows[0]][0], most = least;
  for (const std::size_t row : rows) {
    for (const float side : from.boxes[row]) {
      least = std::min(least, side);
      most = std::max(most, side);
    }
  }
  const double step = static_cast<double>(most) - std::min(0.0, static_cast<double>(least)) + 1;
  std::vector<Box> moved;
  moved.reserve(rows.size());
  for (const std::size_t row : rows) {
    const double apart = static_cast<double>(from.class_ids[row]) * step;
    const Corners & box = from.boxes[row];
    moved.push_back({box[0] + apart, box[1] + apart, box[2] + apart, box[3] + apart});
  }
  const auto kept =
    suppressed(moved, limits.nms_iou, static_cast<std::size_t>(limits.max_detections));
  std::vector<std::size_t> best;
  best.reserve(kept.size());
  for (const std::size_t at : kept) {
    best.push_back(rows[at]);
  }
  return best;
}

void count_place(const Corners & box, const BoxLimits & limits, std::array<std::int64_t, 4> & places)
{
  const float x = (box[0] + box[2]) / 2, y = (box[1] + box[3]) / 2;
  const bool outside = x < 0 || y < 0 || x > static_cast<double>(limits.input_width) ||
    y > static_cast<double>(limits.input_height);
  const bool tiny =
    std::all_of(box.begin(), box.end(), [](float side) {return std::abs(side) < kTiny;});
  const bool turned = box[2] < box[0] || box[3] < box[1];
  places[0] += 1;
  places[1] += outside;
  places[2] += tiny;
  places[3] += turned;
}

float in_source(float side, double offset, double scale, std::int64_t limit)
{
  const float at = (side - static_cast<float>(offset)) / static_cast<float>(scale);
  return std::min(std::max(at, 0.0f), static_cast<float>(limit));
}

Corners to_source(const Corners & box, const BoxLimits & limits)
{
  return {
    in_source(box[0], limits.offset_x, limits.scale_x, limits.source_width),
    in_source(box[1], limits.offset_y, limits.scale_y, limits.source_height),
    in_source(box[2], limits.offset_x, limits.scale_x, limits.source_width),
    in_source(box[3], limits.offset_y, limits.scale_y, limits.source_height)};
}

}  // namespace

bool are_chances(const float * scores, std::size_t count)
{
  // NaN is neither
  return std::all_of(scores, scores + count, [](float score) {
      return score >= -kRounding && score <= 1 + kRounding;
    });
}

bool look_squashed_twice(const float * scores, std::size_t count)
{
  const double most = 1 / (1 + std::exp(-1.0)) + kLittle;
  return count >= kMany && std::all_of(scores, scores + count, [most](float score) {
      return score >= 0.5 - kLittle && score <= most;
    });
}

std::optional<std::vector<std::size_t>> strongest(
  const float * scores, std::size_t count, const BoxLimits & limits)
{
  if (!are_chances(scores, count)) {
    return std::nullopt;
  }
  const auto threshold = static_cast<float>(limits.score_threshold);
  std::vector<std::size_t> rows;
  for (std::size_t row = 0; row < count; ++row) {
    if (scores[row] >= threshold) {
      rows.push_back(row);
    }
  }
  const auto better = [scores](std::size_t a, std::size_t b) {
      return scores[a] > scores[b] || (scores[a] == scores[b] && a < b);
    };
  const auto most = static_cast<std::size_t>(limits.max_candidates);
  if (rows.size() > most) {
    std::nth_element(
      rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(most), rows.end(), better);
    rows.resize(most);
  }
  std::sort(rows.begin(), rows.end(), better);
  return rows;
}

std::optional<Found> select(const Candidates & from, const BoxLimits & limits, bool suppress)
{
  auto rows = strongest(from.scores.data(), from.scores.size(), limits);
  if (!rows || !are_possible(from, *rows, limits.labels)) {
    return std::nullopt;
  }
  auto best = suppress ? suppress_in_classes(from, *rows, limits) : std::move(*rows);
  best.resize(std::min(best.size(), static_cast<std::size_t>(limits.max_detections)));
  Found found;
  for (const std::size_t row : best) {
    count_place(from.boxes[row], limits, found.places);
    const Corners box = to_source(from.boxes[row], limits);
    // boxes completely in the padding have no size left
    if (box[2] > box[0] && box[3] > box[1]) {
      found.boxes.push_back(box);
      found.scores.push_back(from.scores[row]);
      found.class_ids.push_back(from.class_ids[row]);
      found.rows.push_back(static_cast<std::int64_t>(row));
    }
  }
  return found;
}

}  // namespace edge_sched
