// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// From candidate boxes to detections, as perception/decoders/boxes.py.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace edge_sched
{

using Corners = std::array<float, 4>;

// Options of a decoder, and where the picture lies in its network's input.
struct BoxLimits
{
  // rounded to float, as numpy compares an array of floats with a number
  double score_threshold;
  double nms_iou;
  std::int64_t max_detections;
  std::int64_t max_candidates;
  // number of labels; 0 for none
  std::int64_t labels;
  std::int64_t input_width;
  std::int64_t input_height;
  double scale_x;
  double scale_y;
  double offset_x;
  double offset_y;
  std::int64_t source_width;
  std::int64_t source_height;
};

// Candidates, in any order.
struct Candidates
{
  std::vector<Corners> boxes;
  std::vector<float> scores;
  std::vector<std::int64_t> class_ids;
};

// Detections in pixels of the source, best first.
struct Found
{
  std::vector<Corners> boxes;
  std::vector<float> scores;
  std::vector<std::int64_t> class_ids;
  // rows of the candidates
  std::vector<std::int64_t> rows;
  // of the boxes before those in the padding are left out: how many, and how many of them lie
  // outside of the input, near its origin, or have their corners exchanged
  std::array<std::int64_t, 4> places{};
};

// Whether scores of candidates may be chances; where not, the reference says what is wrong.
bool are_chances(const float * scores, std::size_t count);

// Whether scores of all places of a picture look like those of two sigmoids.
bool look_squashed_twice(const float * scores, std::size_t count);

// Rows from the threshold on, best first, at most max_candidates; nothing if no chances. Of equal
// scores the first are better.
std::optional<std::vector<std::size_t>> strongest(
  const float * scores, std::size_t count, const BoxLimits & limits);

// The detections; nothing where the reference must say what is wrong.
std::optional<Found> select(const Candidates & from, const BoxLimits & limits, bool suppress);

}  // namespace edge_sched
