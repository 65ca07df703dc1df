// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "depth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

namespace edge_sched
{
namespace
{

constexpr float kInfinite = std::numeric_limits<float>::infinity();
constexpr float kUnknown = std::numeric_limits<float>::quiet_NaN();
// more classes than any segmentation has, and points from which a map has a meaning
constexpr float kMostClasses = 1000.0f;
constexpr std::size_t kMany = 50;

template<DepthKind kind>
float metres(float value, float product)
{
  if (kind == DepthKind::metric) {
    return value;
  }
  return value > 0.0f ? (kind == DepthKind::inverse ? 1.0f : product) / value : kUnknown;
}

template<DepthKind kind>
DepthCounts decode(
  const float * plane, std::size_t size, const DepthOptions & options, float * depth)
{
  std::size_t good = 0;
  float least = kInfinite, greatest = -kInfinite;
  for (std::size_t at = 0; at < size; ++at) {
    const float value = plane[at] * options.scale + options.shift;
    const float found = metres<kind>(value, options.product);
    const bool in_range = found >= options.min_m && found <= options.max_m;
    depth[at] = in_range ? found : kUnknown;
    good += in_range;
    // comparisons with NaN are false
    least = value < least && value > -kInfinite ? value : least;
    greatest = value > greatest && value < kInfinite ? value : greatest;
  }
  DepthCounts counts;
  counts.good = good;
  if (least <= greatest) {
    counts.least = least;
    counts.greatest = greatest;
  }
  return counts;
}

bool are_whole(const float * plane, std::size_t size)
{
  return size >= kMany && std::all_of(plane, plane + size, [](float value) {
      return value == std::rint(value) && std::abs(value) <= kMostClasses;
    });
}

}  // namespace

std::optional<DepthCounts> decode_depth(
  const float * plane, std::size_t size, const DepthOptions & options, float * depth)
{
  const auto differs = [plane](float value) {return value != plane[0];};
  const auto is_finite = [](float value) {return std::isfinite(value);};
  if (!std::any_of(plane, plane + size, differs) || !std::any_of(plane, plane + size, is_finite)) {
    return std::nullopt;
  }
  DepthCounts counts;
  switch (options.kind) {
    case DepthKind::metric:
      counts = decode<DepthKind::metric>(plane, size, options, depth);
      break;
    case DepthKind::inverse:
      counts = decode<DepthKind::inverse>(plane, size, options, depth);
      break;
    case DepthKind::disparity:
      counts = decode<DepthKind::disparity>(plane, size, options, depth);
      break;
  }
  counts.whole = are_whole(plane, size);
  return counts;
}

}  // namespace edge_sched
