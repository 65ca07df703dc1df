// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Suppression of boxes that a better one overlaps, as perception/decoders/suppression.py.

#pragma once

#include <array>
#include <cstddef>
#include <vector>

namespace edge_sched
{

using Box = std::array<double, 4>;

// Indices of the boxes (left, top, right, bottom; best first) that no better box overlaps by more
// than a share of their union; the search ends after a chunk with so many in all.
std::vector<std::size_t> suppressed(
  const std::vector<Box> & boxes, double overlap, std::size_t most);

}  // namespace edge_sched
