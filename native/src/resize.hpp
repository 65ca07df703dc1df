// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Rows of a resized picture, with the numbers of OpenCV's cv::resize by INTER_LINEAR.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace edge_sched
{

// A picture of 8 bits, or a part of one; pixels of a row follow each other.
struct Picture
{
  const std::uint8_t * data;
  std::ptrdiff_t row_bytes;
  int width;
  int height;
  int channels;

  const std::uint8_t * row(int y) const {return data + y * row_bytes;}
  // The part with a corner and a size inside of it.
  Picture part(int left, int top, int part_width, int part_height) const;
};

// Where a row or column of the result lies between two of the source, and their weights.
struct Between
{
  int first;
  std::int16_t weight;
  std::int16_t next_weight;
};

class Resizer
{
public:
  Resizer(const Picture & picture, int width, int height);

  // A row of the result; it is valid until the next call.
  const std::uint8_t * row(int y);

private:
  const std::uint8_t * halved(int y);
  const std::uint8_t * mixed(int y);
  const std::int16_t * stretched(int y, int keep);

  const Picture picture_;
  const int width_;
  const int height_;
  const bool same_;
  const bool half_;
  std::vector<Between> columns_;
  std::vector<Between> rows_;
  // two rows of the source at the width of the result, and which ones
  std::vector<std::int16_t> lines_[2];
  int line_of_[2] = {-1, -1};
  std::vector<std::uint16_t> sums_;
  std::vector<std::uint8_t> made_;
};

}  // namespace edge_sched
