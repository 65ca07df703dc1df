// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Pictures, boxes and depth as messages.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "image.hpp"
#include "results.hpp"

namespace peer {

struct Header {
  int32_t seconds = 0;
  uint32_t nanoseconds = 0;
  std::string frame_id;

  int64_t stamp_ns() const { return int64_t{1'000'000'000} * seconds + nanoseconds; }
};

// A sensor_msgs/Image; the pixels are those of the message.
struct ImageView {
  Header header;
  Picture picture;
};

// Throws std::runtime_error for anything but a whole image of encoding bgr8.
ImageView read_image(const uint8_t* data, size_t size);

// A vision_msgs/Detection2DArray.
std::vector<Box> read_boxes(const uint8_t* data, size_t size, Header& header);
std::vector<uint8_t> write_boxes(const std::vector<Box>& boxes, const Header& header);

// A sensor_msgs/Image of encoding 32FC1.
std::vector<uint8_t> write_depth(const Depth& depth, const Header& header);

}  // namespace peer
