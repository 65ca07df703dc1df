// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// What networks find.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peer {

// An object; sides in pixels of the source. Track 0 is none.
struct Box {
  float sides[4] = {0, 0, 0, 0};
  float score = 0;
  int class_id = 0;
  int64_t track = 0;
};

// Metres, NaN where unknown.
struct Depth {
  int width = 0, height = 0;
  std::vector<float> metres;
};

// One vector of unit length for each box, one after the other.
struct Vectors {
  size_t length = 0;
  std::vector<float> values;

  const float* of(size_t index) const { return values.data() + index * length; }
};

}  // namespace peer
