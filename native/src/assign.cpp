// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Least total cost by shortest augmenting paths: D. F. Crouse, "On implementing 2D rectangular
// assignment algorithms", IEEE Transactions on Aerospace and Electronic Systems 52(4), 2016.

#include "assign.hpp"

#include <algorithm>
#include <limits>

namespace edge_sched
{
namespace
{

constexpr double kInfinite = std::numeric_limits<double>::infinity();
constexpr std::size_t kNone = std::numeric_limits<std::size_t>::max();
// a distance that is equal to the limit is still a match
constexpr double kTolerance = 1e-9;

// Every row gets a column; there are at least as many columns as rows.
class ShortestPaths
{
public:
  ShortestPaths(const std::vector<double> & cost, std::size_t rows, std::size_t columns)
  : cost_(cost), rows_(rows), columns_(columns), row_price_(rows, 0.0),
    column_price_(columns, 0.0), column_of_(rows, kNone), row_of_(columns, kNone),
    came_from_(columns, kNone), length_(columns), reached_(rows), closed_(columns)
  {
    open_.reserve(columns);
  }

  const std::vector<std::size_t> & solve()
  {
    for (std::size_t row = 0; row < rows_; ++row) {
      const auto [end, total] = search(row);
      reprice(row, total);
      flip(row, end);
    }
    return column_of_;
  }

private:
  // The nearest column without a row, and how far it is.
  std::pair<std::size_t, double> search(std::size_t start)
  {
    std::fill(length_.begin(), length_.end(), kInfinite);
    std::fill(reached_.begin(), reached_.end(), false);
    std::fill(closed_.begin(), closed_.end(), false);
    // last column first: of equal answers this order decides, and it is scipy's
    open_.clear();
    for (std::size_t column = columns_; column > 0; --column) {
      open_.push_back(column - 1);
    }
    double total = 0.0;
    for (std::size_t row = start;; ) {
      reached_[row] = true;
      const std::size_t at = extend(row, total);
      const std::size_t column = open_[at];
      total = length_[column];
      closed_[column] = true;
      open_[at] = open_.back();
      open_.pop_back();
      if (row_of_[column] == kNone) {
        return {column, total};
      }
      row = row_of_[column];
    }
  }

  // Shorten ways by those over a row; return the place of the nearest open column.
  std::size_t extend(std::size_t row, double total)
  {
    double nearest = kInfinite;
    std::size_t found = 0;
    for (std::size_t at = 0; at < open_.size(); ++at) {
      const std::size_t column = open_[at];
      const double way =
        total + cost_[row * columns_ + column] - row_price_[row] - column_price_[column];
      if (way < length_[column]) {
        came_from_[column] = row;
        length_[column] = way;
      }
      const double length = length_[column];
      if (length < nearest || (length == nearest && row_of_[column] == kNone)) {
        nearest = length;
        found = at;
      }
    }
    return found;
  }

  void reprice(std::size_t start, double total)
  {
    row_price_[start] += total;
    for (std::size_t row = 0; row < rows_; ++row) {
      if (reached_[row] && row != start) {
        row_price_[row] += total - length_[column_of_[row]];
      }
    }
    for (std::size_t column = 0; column < columns_; ++column) {
      if (closed_[column]) {
        column_price_[column] -= total - length_[column];
      }
    }
  }

  // Give each row on the way the column after it.
  void flip(std::size_t start, std::size_t column)
  {
    for (std::size_t row = kNone; row != start; ) {
      row = came_from_[column];
      row_of_[column] = row;
      std::swap(column_of_[row], column);
    }
  }

  const std::vector<double> & cost_;
  const std::size_t rows_;
  const std::size_t columns_;
  std::vector<double> row_price_;
  std::vector<double> column_price_;
  std::vector<std::size_t> column_of_;
  std::vector<std::size_t> row_of_;
  std::vector<std::size_t> came_from_;
  std::vector<double> length_;
  std::vector<bool> reached_;
  std::vector<bool> closed_;
  std::vector<std::size_t> open_;
};

// What a pair costs: nothing from the limit on, or where it cannot be.
double cost_of(double distance, double limit)
{
  const double below = distance - limit - kTolerance;
  // false for NaN; numpy makes the least number of minus infinity, too
  return below < 0.0 ? std::max(below, std::numeric_limits<double>::lowest()) : 0.0;
}

}  // namespace

std::vector<std::pair<std::size_t, std::size_t>> assign(
  const std::vector<double> & distance, std::size_t rows, std::size_t columns, double limit)
{
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  if (rows == 0 || columns == 0) {
    return pairs;
  }
  const bool turned = columns < rows;
  std::vector<double> cost(distance.size());
  for (std::size_t row = 0; row < rows; ++row) {
    for (std::size_t column = 0; column < columns; ++column) {
      const std::size_t at = turned ? column * rows + row : row * columns + column;
      cost[at] = cost_of(distance[row * columns + column], limit);
    }
  }
  ShortestPaths paths(cost, std::min(rows, columns), std::max(rows, columns));
  const auto & chosen = paths.solve();
  for (std::size_t side = 0; side < chosen.size(); ++side) {
    if (cost[side * std::max(rows, columns) + chosen[side]] < 0.0) {
      pairs.emplace_back(turned ? chosen[side] : side, turned ? side : chosen[side]);
    }
  }
  std::sort(pairs.begin(), pairs.end());
  return pairs;
}

}  // namespace edge_sched
