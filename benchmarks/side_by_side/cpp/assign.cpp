// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "assign.hpp"

#include <algorithm>
#include <limits>

namespace peer {
namespace {

constexpr double kFar = std::numeric_limits<double>::infinity();

// Potentials of rows and columns, and the row of each column; index 0 is none.
struct Search {
  std::vector<double> of_row, of_column;
  std::vector<int> row_at;

  Search(int rows, int columns)
      : of_row(rows + 1), of_column(columns + 1), row_at(columns + 1) {}

  void add(int row, const std::vector<double>& cost, int columns) {
    std::vector<double> least(columns + 1, kFar);
    std::vector<int> before(columns + 1);
    std::vector<char> used(columns + 1);
    int column = 0;
    row_at[0] = row;
    do {
      used[column] = 1;
      int from = row_at[column], next = 0;
      double step = kFar;
      for (int to = 1; to <= columns; ++to) {
        if (used[to]) continue;
        double reduced =
            cost[static_cast<size_t>(from - 1) * columns + to - 1] - of_row[from] - of_column[to];
        if (reduced < least[to]) least[to] = reduced, before[to] = column;
        if (least[to] < step) step = least[to], next = to;
      }
      for (int to = 0; to <= columns; ++to) {
        if (used[to])
          of_row[row_at[to]] += step, of_column[to] -= step;
        else
          least[to] -= step;
      }
      column = next;
    } while (row_at[column]);
    for (; column; column = before[column]) row_at[column] = row_at[before[column]];
  }
};

}  // namespace

std::vector<std::pair<int, int>> assign(const std::vector<double>& cost, int rows, int columns) {
  if (rows > columns) {
    std::vector<double> turned(cost.size());
    for (int row = 0; row < rows; ++row)
      for (int column = 0; column < columns; ++column)
        turned[static_cast<size_t>(column) * rows + row] =
            cost[static_cast<size_t>(row) * columns + column];
    auto found = assign(turned, columns, rows);
    for (auto& pair : found) std::swap(pair.first, pair.second);
    std::sort(found.begin(), found.end());
    return found;
  }
  Search search(rows, columns);
  for (int row = 1; row <= rows; ++row) search.add(row, cost, columns);
  std::vector<std::pair<int, int>> found;
  for (int column = 1; column <= columns; ++column)
    if (search.row_at[column]) found.push_back({search.row_at[column] - 1, column - 1});
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace peer
