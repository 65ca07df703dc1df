// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Assignment of detections to tracks, as perception/tracking/matching.py.

#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace edge_sched
{

// Pairs of row and column whose distances are best in total, by row. A pair is worth what its
// distance is below the limit. `distance` is row by row; infinite or NaN where no pair can be.
std::vector<std::pair<std::size_t, std::size_t>> assign(
  const std::vector<double> & distance, std::size_t rows, std::size_t columns, double limit);

}  // namespace edge_sched
