// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Two forms of one comparison, as in the reference: within a chunk that of OpenCV's NMSBoxes, whose
// result is a float, and that of doubles with the boxes kept before.

#include "nms.hpp"

#include <algorithm>
#include <limits>

namespace edge_sched
{
namespace
{

constexpr std::size_t kChunk = 300;

// Length that two intervals share; one of OpenCV begins at a place and has a length.
double shared_length(double a, double a_length, double b, double b_length)
{
  return a < b ? std::min(a_length - (b - a), b_length) : std::min(b_length - (a - b), a_length);
}

// Whether OpenCV finds more overlap than allowed.
bool too_near(const Box & a, const Box & b, float allowed)
{
  const double a_width = a[2] - a[0], a_height = a[3] - a[1];
  const double b_width = b[2] - b[0], b_height = b[3] - b[1];
  const double sizes = a_width * a_height + b_width * b_height;
  double distance = 0.0;
  if (sizes > std::numeric_limits<double>::epsilon()) {
    double shared = 0.0;
    if (a_width > 0 && a_height > 0 && b_width > 0 && b_height > 0) {
      const double width = shared_length(a[0], a_width, b[0], b_width);
      const double height = shared_length(a[1], a_height, b[1], b_height);
      shared = width > 0 && height > 0 ? width * height : 0.0;
    }
    distance = 1.0 - shared / (sizes - shared);
  }
  return !(1.f - static_cast<float>(distance) <= allowed);
}

// Whether a box overlaps one that was kept before its chunk.
bool overlapped(const Box & box, const Box & better, double allowed)
{
  const double width = std::min(box[2], better[2]) - std::max(box[0], better[0]);
  const double height = std::min(box[3], better[3]) - std::max(box[1], better[1]);
  const double shared = std::max(width, 0.0) * std::max(height, 0.0);
  double united = (box[2] - box[0]) * (box[3] - box[1]);
  united = united + (better[2] - better[0]) * (better[3] - better[1]) - shared;
  return shared > allowed * united;
}

}  // namespace

std::vector<std::size_t> suppressed(
  const std::vector<Box> & boxes, double overlap, std::size_t most)
{
  const auto allowed = static_cast<float>(overlap);
  std::vector<std::size_t> kept;
  for (std::size_t start = 0; start < boxes.size() && kept.size() < most; start += kChunk) {
    const std::size_t end = std::min(start + kChunk, boxes.size());
    const auto before = static_cast<std::ptrdiff_t>(kept.size());
    for (std::size_t row = start; row < end; ++row) {
      const bool worse =
        std::any_of(kept.begin(), kept.begin() + before, [&](std::size_t better) {
          return overlapped(boxes[row], boxes[better], overlap);
        }) ||
        std::any_of(kept.begin() + before, kept.end(), [&](std::size_t better) {
          return too_near(boxes[row], boxes[better], allowed);
        });
      if (!worse) {
        kept.push_back(row);
      }
    }
  }
  return kept;
}

}  // namespace edge_sched
