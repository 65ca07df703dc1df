// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "image.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace peer {
namespace {

// Weights have 11 bits, as in OpenCV's linear resizing of 8 bits.
constexpr int kOne = 2048;

struct Weight {
  int from;
  int first, second;
};

// Where a pixel of the result lies between two of the source.
Weight weight_of(int index, double scale, int limit, bool clamped) {
  float place = static_cast<float>((index + 0.5) * scale - 0.5);
  int from = static_cast<int>(std::floor(place));
  place -= static_cast<float>(from);
  if (clamped && from < 0) from = 0, place = 0;
  if (clamped && from >= limit - 1) from = limit - 1, place = 0;
  return {from, static_cast<int>(std::lrint((1 - place) * kOne)),
          static_cast<int>(std::lrint(place * kOne))};
}

}  // namespace

Preprocessor::Preprocessor(const InputSpec& spec) : spec_(spec) {
  for (int plane = 0; plane < 3; ++plane)
    for (int value = 0; value < 256; ++value)
      table_[plane][value] =
          static_cast<float>((value * spec.scale - spec.mean[plane]) / spec.std[plane]);
}

Transform Preprocessor::prepare(const Picture& source, float* target) {
  double ratio_x = static_cast<double>(spec_.width) / source.width;
  double ratio_y = static_cast<double>(spec_.height) / source.height;
  int width = spec_.width, height = spec_.height;
  Transform transform;
  if (spec_.letterbox) {
    double ratio = std::min(ratio_x, ratio_y);
    width = std::max(1, static_cast<int>(std::nearbyint(source.width * ratio)));
    height = std::max(1, static_cast<int>(std::nearbyint(source.height * ratio)));
    if (spec_.centred) {
      transform.offset_x = static_cast<float>((spec_.width - width) / 2);
      transform.offset_y = static_cast<float>((spec_.height - height) / 2);
    }
  }
  transform.scale_x = static_cast<float>(static_cast<double>(width) / source.width);
  transform.scale_y = static_cast<float>(static_cast<double>(height) / source.height);
  resize(source, width, height);
  Picture made = source;
  if (width != source.width || height != source.height)
    made = {resized_.data(), width, height, 3 * width};
  write(made, static_cast<int>(transform.offset_x), static_cast<int>(transform.offset_y), target);
  return transform;
}

void Preprocessor::crop(const Picture& source, const float box[4], float* target) {
  auto whole = [](float side) { return static_cast<int>(std::nearbyint(side)); };
  // at least two pixels, as in the node
  int left = std::max(0, std::min(whole(box[0]), source.width - 2));
  int top = std::max(0, std::min(whole(box[1]), source.height - 2));
  int right = std::min(std::max(whole(box[2]), left + 2), source.width);
  int bottom = std::min(std::max(whole(box[3]), top + 2), source.height);
  Picture part{source.row(top) + 3 * left, right - left, bottom - top, source.step};
  resize(part, spec_.width, spec_.height);
  if (part.width != spec_.width || part.height != spec_.height)
    part = {resized_.data(), spec_.width, spec_.height, 3 * spec_.width};
  write(part, 0, 0, target);
}

void Preprocessor::resize(const Picture& source, int width, int height) {
  if (width == source.width && height == source.height) return;
  resized_.resize(static_cast<size_t>(width) * height * 3);
  // OpenCV takes the mean of four pixels where both sides are halved
  if (source.width == 2 * width && source.height == 2 * height)
    halve(source, width, height);
  else
    interpolate(source, width, height);
}

void Preprocessor::halve(const Picture& source, int width, int height) {
  for (int y = 0; y < height; ++y) {
    const uint8_t* upper = source.row(2 * y);
    const uint8_t* lower = source.row(2 * y + 1);
    uint8_t* out = resized_.data() + static_cast<size_t>(y) * width * 3;
    for (int x = 0; x < width; ++x, upper += 6, lower += 6, out += 3)
      for (int plane = 0; plane < 3; ++plane)
        out[plane] = static_cast<uint8_t>(
            (upper[plane] + upper[plane + 3] + lower[plane] + lower[plane + 3] + 2) >> 2);
  }
}

void Preprocessor::interpolate(const Picture& source, int width, int height) {
  double scale_x = static_cast<double>(source.width) / width;
  double scale_y = static_cast<double>(source.height) / height;
  columns_.resize(3 * static_cast<size_t>(width));
  for (int x = 0; x < width; ++x) {
    Weight at = weight_of(x, scale_x, source.width, true);
    columns_[3 * x] = at.from, columns_[3 * x + 1] = at.first, columns_[3 * x + 2] = at.second;
  }
  int kept[2] = {-1, -1};
  for (auto& row : rows_) row.resize(3 * static_cast<size_t>(width));
  for (int y = 0; y < height; ++y) {
    Weight at = weight_of(y, scale_y, source.height, false);
    for (int k = 0; k < 2; ++k) {
      int from = std::clamp(at.from + k, 0, source.height - 1);
      int slot = from & 1;
      if (kept[slot] == from) continue;
      kept[slot] = from;
      const uint8_t* in = source.row(from);
      int* out = rows_[slot].data();
      for (int x = 0; x < width; ++x, out += 3) {
        const uint8_t* pixel = in + 3 * columns_[3 * x];
        int first = columns_[3 * x + 1], second = columns_[3 * x + 2];
        const uint8_t* next = second ? pixel + 3 : pixel;
        for (int p = 0; p < 3; ++p) out[p] = pixel[p] * first + next[p] * second;
      }
    }
    const int* upper = rows_[std::clamp(at.from, 0, source.height - 1) & 1].data();
    const int* lower = rows_[std::clamp(at.from + 1, 0, source.height - 1) & 1].data();
    uint8_t* out = resized_.data() + static_cast<size_t>(y) * width * 3;
    for (int x = 0; x < 3 * width; ++x)
      out[x] = static_cast<uint8_t>((((at.first * (upper[x] >> 4)) >> 16) +
                                     ((at.second * (lower[x] >> 4)) >> 16) + 2) >> 2);
  }
}

void Preprocessor::write(const Picture& picture, int left, int top, float* target) const {
  const size_t area = static_cast<size_t>(spec_.width) * spec_.height;
  const size_t plane_step = spec_.nhwc ? 1 : area, pixel_step = spec_.nhwc ? 3 : 1;
  if (picture.width != spec_.width || picture.height != spec_.height)
    for (int plane = 0; plane < 3; ++plane)
      for (size_t at = 0; at < area; ++at)
        target[plane * plane_step + at * pixel_step] = table_[plane][spec_.pad];
  for (int y = 0; y < picture.height; ++y) {
    const uint8_t* in = picture.row(y);
    float* out = target + (static_cast<size_t>(y + top) * spec_.width + left) * pixel_step;
    for (int plane = 0; plane < 3; ++plane) {
      const float* table = table_[plane];
      const uint8_t* from = in + (spec_.rgb ? 2 - plane : plane);
      float* to = out + plane * plane_step;
      for (int x = 0; x < picture.width; ++x) to[x * pixel_step] = table[from[3 * x]];
    }
  }
}

}  // namespace peer
