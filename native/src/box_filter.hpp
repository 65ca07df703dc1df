// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Kalman filter of one box, as perception/tracking/box_filter.py: the same sums in the same order.

#pragma once

#include <array>

namespace edge_sched
{

using Four = std::array<double, 4>;

// Greater of two numbers; NaN if either is, as numpy.maximum.
inline double greater(double a, double b) {return a > b || a != a ? a : b;}
// Less of two numbers; NaN if either is, as numpy.minimum.
inline double less(double a, double b) {return a < b || a != a ? a : b;}

// Centre x, centre y, width and height, with the change of each per frame.
struct BoxFilter
{
  Four place;
  Four speed{};
  Four place_var;
  Four speed_var;
  Four both_var{};

  explicit BoxFilter(const Four & box);

  // The expected box: left, top, right, bottom.
  Four box() const;
  void predict(double frames);
  void correct(const Four & box);
  // A lost box would grow or shrink without end.
  void keep_size() {speed[2] = speed[3] = 0.0;}
};

// (1 - DIoU) / 2 of two boxes, 0..1, and IoU, as perception/tracking/distances.py.
double place_distance(const Four & a, const Four & b);
double overlap(const Four & a, const Four & b);

}  // namespace edge_sched
