// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// What the outputs of detection networks mean; each as its decoder in perception/decoders. All
// return nothing where the reference must say what is wrong.

#pragma once

#include <cstddef>
#include <optional>

#include "boxes.hpp"

namespace edge_sched
{

// Rows of centre x, centre y, width and height in cells, objectness, and a score per class.
// `cells` has column and row of each cell, `strides` its size in pixels.
std::optional<Found> decode_yolox(
  const float * values, std::size_t rows, std::size_t columns, const float * cells,
  const float * strides, const BoxLimits & limits);

// Columns of centre x, centre y, width, height in pixels, and a score per class.
std::optional<Found> decode_yolov8(
  const float * values, std::size_t rows, std::size_t columns, const BoxLimits & limits);

// Rows of box, score and class; boxes are pixels of the input, or shares of it.
std::optional<Found> decode_end2end(
  const float * values, std::size_t rows, bool shares, const BoxLimits & limits);

}  // namespace edge_sched
