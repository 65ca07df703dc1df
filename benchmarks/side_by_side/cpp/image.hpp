// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Pictures and what becomes of them before a network: the same numbers as OpenCV's.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace peer {

// Pixels of somebody else, 8 bits blue, green, red.
struct Picture {
  const uint8_t* data = nullptr;
  int width = 0, height = 0;
  // bytes from a row to the next
  int step = 0;

  const uint8_t* row(int y) const { return data + static_cast<std::ptrdiff_t>(y) * step; }
};

// Where the source lies in the input of a network: input = source * scale + offset.
struct Transform {
  float scale_x = 1, scale_y = 1, offset_x = 0, offset_y = 0;
};

// How a network wants its pictures: (pixel * scale - mean) / std.
struct InputSpec {
  int width = 0, height = 0;
  bool letterbox = true, centred = true, rgb = false, nhwc = false;
  double scale = 1;
  double mean[3] = {0, 0, 0}, std[3] = {1, 1, 1};
  uint8_t pad = 114;
};

// Writes pictures as floats; one for each thread, since it keeps its memory.
class Preprocessor {
 public:
  explicit Preprocessor(const InputSpec& spec);

  // Write a whole picture at `target` (3 * width * height floats).
  Transform prepare(const Picture& source, float* target);
  // Write a part of a picture, stretched.
  void crop(const Picture& source, const float box[4], float* target);

 private:
  void resize(const Picture& source, int width, int height);
  void halve(const Picture& source, int width, int height);
  void interpolate(const Picture& source, int width, int height);
  void write(const Picture& picture, int left, int top, float* target) const;

  InputSpec spec_;
  // what each pixel value becomes in each plane
  float table_[3][256];
  std::vector<uint8_t> resized_;
  std::vector<int> columns_, rows_[2];
};

}  // namespace peer
