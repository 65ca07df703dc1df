// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Depth in metres from a network's plane, as perception/decoders/depth.py.

#pragma once

#include <cstddef>
#include <optional>

namespace edge_sched
{

enum class DepthKind {metric, inverse, disparity};

struct DepthOptions
{
  DepthKind kind;
  float scale;
  float shift;
  float min_m;
  float max_m;
  // of disparity: focal length times baseline
  float product;
};

// What a plane says beside its depths.
struct DepthCounts
{
  // of depths in range
  std::size_t good = 0;
  // of finite values after scale and shift; zeros where there are none
  float least = 0.0f;
  float greatest = 0.0f;
  // whether all values are whole numbers from -1000 to 1000, as class ids are
  bool whole = false;
};

// Write the depth of each value, NaN where out of range; nothing where the reference must say what
// is wrong.
std::optional<DepthCounts> decode_depth(
  const float * plane, std::size_t size, const DepthOptions & options, float * depth);

}  // namespace edge_sched
