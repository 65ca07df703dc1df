// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The inner loops of resizing: several values at a time where the processor has SSE2. Results may
// be followed by up to 16 bytes without a meaning.

#pragma once

#include <cstddef>
#include <cstdint>

#include "resize.hpp"

namespace edge_sched
{

// Mix the pixels of a row; results have 4 bits of fraction less than the weights: 0..32640.
void mix_columns(
  const std::uint8_t * row, int width, int channels, const Between * columns, std::size_t count,
  std::int16_t * to);

// Mix two results of mix_columns, and round to pixels.
void mix_rows(
  const std::int16_t * upper, const std::int16_t * lower, std::int16_t weight,
  std::int16_t next_weight, std::uint8_t * to, std::size_t size);

void add_rows(
  const std::uint8_t * upper, const std::uint8_t * lower, std::uint16_t * to, std::size_t size);

// What bytes become where that is `slope * byte + base`, rounded twice.
struct Line
{
  float slope;
  float base;
};

// Write the first three bytes of pixels of three or four channels to a plane each. Returns how many
// pixels: fewer than `count`, as none is read past the last one, and none without SSE2.
std::size_t spread_pixels(
  const std::uint8_t * from, int channels, std::size_t count, const Line * lines,
  float * const * planes);

// Mean of neighbours in a sum of two rows, rounded.
void mean_of_pairs(const std::uint16_t * sums, std::uint8_t * to, int width, int channels);

}  // namespace edge_sched
