// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Assignment of rows to columns with the least total cost.
#pragma once

#include <utility>
#include <vector>

namespace peer {

// Pairs (row, column) of the cheapest assignment of a matrix, row by row, at most 1 of each; the
// shorter side is assigned completely. Shortest augmenting paths, O(rows^2 * columns).
std::vector<std::pair<int, int>> assign(const std::vector<double>& cost, int rows, int columns);

}  // namespace peer
