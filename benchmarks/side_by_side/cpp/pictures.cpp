// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "pictures.hpp"

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <stdexcept>

namespace peer {
namespace {

// An .npy file of version 1: magic and version, the length of its header in two bytes, the header.
constexpr size_t kBefore = 10, kLengthAt = 8;

}  // namespace

Pictures::Pictures(const std::string& file) {
  std::ifstream from(file, std::ios::binary);
  uint8_t before[kBefore] = {};
  from.read(reinterpret_cast<char*>(before), kBefore);
  std::string header(before[kLengthAt] + 256u * before[kLengthAt + 1], ' ');
  from.read(header.data(), static_cast<std::streamsize>(header.size()));
  auto shape = header.find("'shape'");
  int found = shape == std::string::npos
                  ? 0
                  : std::sscanf(header.c_str() + shape, "'shape': (%d, %d, %d, %d, 3)", &cameras_,
                                &frames_, &height_, &width_);
  if (!from || found != 4 || header.find("|u1") == std::string::npos)
    throw std::runtime_error(file + ": not an array of pictures");
  pixels_.resize(static_cast<size_t>(cameras_) * frames_ * height_ * width_ * 3);
  from.read(reinterpret_cast<char*>(pixels_.data()), static_cast<std::streamsize>(pixels_.size()));
  if (!from) throw std::runtime_error(file + ": is cut off");
}

Picture Pictures::of(int camera, int64_t turn) const {
  const int there_and_back = std::max(1, 2 * frames_ - 2);
  int step = static_cast<int>(turn % there_and_back);
  int frame = step < frames_ ? step : there_and_back - step;
  size_t index = static_cast<size_t>(camera % cameras_) * frames_ + frame;
  return {pixels_.data() + index * height_ * width_ * 3, width_, height_, 3 * width_};
}

}  // namespace peer
