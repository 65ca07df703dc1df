// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// From pictures to tensors, as execution/preprocess/opencv.py and tensor.py.

#pragma once

#include <array>
#include <cstdint>

#include "resize.hpp"

namespace edge_sched
{

// A network's input, made of a picture at a size and a place.
struct TensorForm
{
  int width;
  int height;
  // of the resized picture, and where its corner lies in the input; negative: outside of it
  int resized_width;
  int resized_height;
  int left;
  int top;
  // 1 for gray, else 3
  int channels;
  // pixels one after the other instead of planes
  bool interleaved;
  std::uint8_t pad;
  // which byte of a pixel becomes which channel; of gray: where blue, green and red are
  std::array<int, 3> bytes;
};

// Fill a tensor: each byte becomes what the table of its channel says, of 256 numbers each.
template<typename Number>
void fill_tensor(
  const Picture & picture, const TensorForm & form, const Number * tables, Number * tensor);

}  // namespace edge_sched
