// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Kalman filter of a box with constant speed between frames.
#pragma once

#include "results.hpp"

namespace peer {

// Centre x, centre y, width and height of a box with their speeds, each a filter of two states.
class BoxFilter {
 public:
  explicit BoxFilter(const Box& box);
  void predict(double frames);
  void correct(const Box& box);
  // A lost box would grow or shrink without end.
  void keep_size();
  // Write left, top, right, bottom.
  void box(double sides[4]) const;

 private:
  double scale(int coordinate) const;

  double place_[4], speed_[4] = {0, 0, 0, 0};
  double place_var_[4], speed_var_[4], both_var_[4] = {0, 0, 0, 0};
};

}  // namespace peer
