// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Pictures of cameras, from a file that numpy has written.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image.hpp"

namespace peer {

class Pictures {
 public:
  // Reads an array of cameras x frames x height x width x 3 bytes.
  explicit Pictures(const std::string& file);
  // The n-th picture of a camera, to the end and back; cameras repeat.
  Picture of(int camera, int64_t turn) const;

 private:
  int cameras_ = 0, frames_ = 0, height_ = 0, width_ = 0;
  std::vector<uint8_t> pixels_;
};

}  // namespace peer
