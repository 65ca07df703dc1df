// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// From outputs of networks to results.
#pragma once

#include <cstddef>
#include <vector>

#include "image.hpp"
#include "results.hpp"
#include "spec.hpp"

namespace peer {

// Boxes of a YOLOX export, best first (Ge et al., "YOLOX", 2021): centre = (raw + cell) * stride,
// size = exp(raw) * stride.
std::vector<Box> decode_yolox(const NetworkSpec& spec, const float* output, size_t size,
                              const Transform& transform, const Picture& source);

// Depth of inverse depth. Its proportions are those of the input.
Depth decode_depth(const NetworkSpec& spec, const float* output, size_t size);

// Vectors divided by their length.
void normalise(Vectors& vectors);

}  // namespace peer
