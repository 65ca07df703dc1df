// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// OpenCV computes with weights of 11 bits and rounds between the two directions (its
// modules/imgproc/src/resize.cpp), and takes the mean of four pixels where both sides are halved.
// test/native/test_pictures.py compares every number.

#include "resize.hpp"

#include <algorithm>
#include <cmath>

#include "lanes.hpp"

namespace edge_sched
{
namespace
{

constexpr float kOne = 2048.0f;
// room for kernels that write whole registers
constexpr std::size_t kSpare = 16;

std::int16_t weight_of(float share)
{
  return static_cast<std::int16_t>(std::lrint(share * kOne));
}

// Columns outside of the source are those of its border.
std::vector<Between> columns_of(int source, int target)
{
  const double scale = 1.0 / (static_cast<double>(target) / source);
  std::vector<Between> made;
  made.reserve(static_cast<std::size_t>(target));
  for (int at = 0; at < target; ++at) {
    auto place = static_cast<float>((at + 0.5) * scale - 0.5);
    int first = static_cast<int>(std::floor(place));
    place -= static_cast<float>(first);
    if (first < 0 || first >= source - 1) {
      place = 0.0f;
      first = std::clamp(first, 0, source - 1);
    }
    made.push_back({first, weight_of(1.0f - place), weight_of(place)});
  }
  return made;
}

// Rows outside of the source are mixed as others are: of a row with itself.
std::vector<Between> rows_of(int source, int target)
{
  const double scale = 1.0 / (static_cast<double>(target) / source);
  std::vector<Between> made;
  made.reserve(static_cast<std::size_t>(target));
  for (int at = 0; at < target; ++at) {
    auto place = static_cast<float>((at + 0.5) * scale - 0.5);
    const int first = static_cast<int>(std::floor(place));
    place -= static_cast<float>(first);
    made.push_back({first, weight_of(1.0f - place), weight_of(place)});
  }
  return made;
}

bool is_half(int source, int target) {return source == 2 * target;}

}  // namespace

Picture Picture::part(int left, int top, int part_width, int part_height) const
{
  return {row(top) + static_cast<std::ptrdiff_t>(left) * channels, row_bytes, part_width,
    part_height, channels};
}

Resizer::Resizer(const Picture & picture, int width, int height)
: picture_(picture), width_(width), height_(height),
  same_(picture.width == width && picture.height == height),
  half_(is_half(picture.width, width) && is_half(picture.height, height))
{
  if (same_) {
    return;
  }
  const auto size = static_cast<std::size_t>(width) * picture.channels;
  made_.resize(size + kSpare);
  if (half_) {
    sums_.resize(2 * size + kSpare);
    return;
  }
  columns_ = columns_of(picture.width, width);
  rows_ = rows_of(picture.height, height);
  lines_[0].resize(size + kSpare);
  lines_[1].resize(size + kSpare);
}

const std::uint8_t * Resizer::row(int y)
{
  if (same_) {
    return picture_.row(y);
  }
  return half_ ? halved(y) : mixed(y);
}

const std::uint8_t * Resizer::halved(int y)
{
  const auto size = static_cast<std::size_t>(width_) * picture_.channels;
  add_rows(picture_.row(2 * y), picture_.row(2 * y + 1), sums_.data(), 2 * size);
  mean_of_pairs(sums_.data(), made_.data(), width_, picture_.channels);
  return made_.data();
}

const std::uint8_t * Resizer::mixed(int y)
{
  const Between & between = rows_[static_cast<std::size_t>(y)];
  const int first = std::clamp(between.first, 0, picture_.height - 1);
  const int second = std::clamp(between.first + 1, 0, picture_.height - 1);
  const std::int16_t * upper = stretched(first, second);
  const std::int16_t * lower = stretched(second, first);
  const auto size = static_cast<std::size_t>(width_) * picture_.channels;
  mix_rows(upper, lower, between.weight, between.next_weight, made_.data(), size);
  return made_.data();
}

// A row of the source at the width of the result; that of another row is kept.
const std::int16_t * Resizer::stretched(int y, int keep)
{
  for (int at = 0; at < 2; ++at) {
    if (line_of_[at] == y) {
      return lines_[at].data();
    }
  }
  const int at = line_of_[0] == keep ? 1 : 0;
  line_of_[at] = y;
  mix_columns(
    picture_.row(y), picture_.width, picture_.channels, columns_.data(), columns_.size(),
    lines_[at].data());
  return lines_[at].data();
}

}  // namespace edge_sched
