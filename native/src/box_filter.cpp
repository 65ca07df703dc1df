// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "box_filter.hpp"

namespace edge_sched
{
namespace
{

// deviations as a share of the box's width or height
constexpr double kPlace = 1.0 / 20;
constexpr double kSpeed = 1.0 / 160;

double squared(double value) {return value * value;}

Four centred(const Four & box)
{
  return {(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]};
}

// The scale of noise of a coordinate; a box without area still has some.
double size_of(const Four & place, int side) {return greater(place[2 + side % 2], 1.0);}

}  // namespace

BoxFilter::BoxFilter(const Four & box)
: place(centred(box))
{
  for (int side = 0; side < 4; ++side) {
    place_var[side] = squared(2 * kPlace * size_of(place, side));
    speed_var[side] = squared(10 * kSpeed * size_of(place, side));
  }
}

Four BoxFilter::box() const
{
  const double half_width = greater(place[2], 0.0) / 2;
  const double half_height = greater(place[3], 0.0) / 2;
  return {
    place[0] - half_width, place[1] - half_height, place[0] + half_width, place[1] + half_height};
}

void BoxFilter::predict(double frames)
{
  const Four before = place;
  for (int side = 0; side < 4; ++side) {
    const double size = size_of(before, side);
    place[side] = place[side] + frames * speed[side];
    place_var[side] = place_var[side] + 2 * frames * both_var[side] +
      frames * frames * speed_var[side] + frames * squared(kPlace * size);
    both_var[side] = both_var[side] + frames * speed_var[side];
    speed_var[side] = speed_var[side] + frames * squared(kSpeed * size);
  }
}

void BoxFilter::correct(const Four & box)
{
  const Four before = place;
  const Four measured = centred(box);
  for (int side = 0; side < 4; ++side) {
    const double whole = place_var[side] + squared(kPlace * size_of(before, side));
    const double gain = place_var[side] / whole;
    const double speed_gain = both_var[side] / whole;
    const double surprise = measured[side] - before[side];
    place[side] += gain * surprise;
    speed[side] += speed_gain * surprise;
    place_var[side] = (1 - gain) * place_var[side];
    speed_var[side] -= speed_gain * both_var[side];
    both_var[side] = (1 - gain) * both_var[side];
  }
}

double overlap(const Four & a, const Four & b)
{
  const double width = less(a[2], b[2]) - greater(a[0], b[0]);
  const double height = less(a[3], b[3]) - greater(a[1], b[1]);
  const double shared = greater(width, 0.0) * greater(height, 0.0);
  const double sizes = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return shared / greater(sizes - shared, 1e-9);
}

double place_distance(const Four & a, const Four & b)
{
  const double width = greater(a[2], b[2]) - less(a[0], b[0]);
  const double height = greater(a[3], b[3]) - less(a[1], b[1]);
  const double apart =
    (squared(a[0] + a[2] - b[0] - b[2]) + squared(a[1] + a[3] - b[1] - b[3])) / 4;
  const double diagonal = greater(squared(width) + squared(height), 1e-9);
  return (1 - overlap(a, b) + apart / diagonal) / 2;
}

}  // namespace edge_sched
