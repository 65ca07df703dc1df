// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "box_filter.hpp"

#include <algorithm>

namespace peer {
namespace {

// Deviations as a share of the box's width or height.
constexpr double kPlace = 1.0 / 20, kSpeed = 1.0 / 160;

double square(double x) { return x * x; }

void centred(const Box& box, double place[4]) {
  const float* s = box.sides;
  for (int axis = 0; axis < 2; ++axis) {
    place[axis] = (static_cast<double>(s[axis]) + s[axis + 2]) / 2;
    place[axis + 2] = static_cast<double>(s[axis + 2]) - s[axis];
  }
}

}  // namespace

BoxFilter::BoxFilter(const Box& box) {
  centred(box, place_);
  for (int c = 0; c < 4; ++c) {
    place_var_[c] = square(2 * kPlace * scale(c));
    speed_var_[c] = square(10 * kSpeed * scale(c));
  }
}

double BoxFilter::scale(int coordinate) const { return std::max(place_[2 + coordinate % 2], 1.0); }

void BoxFilter::predict(double frames) {
  const double sizes[2] = {scale(0), scale(1)};
  for (int c = 0; c < 4; ++c) {
    place_[c] += frames * speed_[c];
    place_var_[c] += 2 * frames * both_var_[c] + square(frames) * speed_var_[c] +
                     frames * square(kPlace * sizes[c % 2]);
    both_var_[c] += frames * speed_var_[c];
    speed_var_[c] += frames * square(kSpeed * sizes[c % 2]);
  }
}

void BoxFilter::correct(const Box& box) {
  double seen[4];
  centred(box, seen);
  const double sizes[2] = {scale(0), scale(1)};
  for (int c = 0; c < 4; ++c) {
    double whole = place_var_[c] + square(kPlace * sizes[c % 2]);
    double gain = place_var_[c] / whole, speed_gain = both_var_[c] / whole;
    double surprise = seen[c] - place_[c];
    place_[c] += gain * surprise;
    speed_[c] += speed_gain * surprise;
    place_var_[c] *= 1 - gain;
    speed_var_[c] -= speed_gain * both_var_[c];
    both_var_[c] *= 1 - gain;
  }
}

void BoxFilter::keep_size() { speed_[2] = speed_[3] = 0; }

void BoxFilter::box(double sides[4]) const {
  for (int axis = 0; axis < 2; ++axis) {
    double half = std::max(place_[2 + axis], 0.0) / 2;
    sides[axis] = place_[axis] - half, sides[axis + 2] = place_[axis] + half;
  }
}

}  // namespace peer
