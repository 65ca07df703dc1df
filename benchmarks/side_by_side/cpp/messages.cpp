// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "messages.hpp"

#include <stdexcept>

#include "cdr.hpp"

namespace peer {
namespace {

constexpr int kCovariance = 36;

Header read_header(CdrReader& from) {
  Header header;
  header.seconds = from.get<int32_t>();
  header.nanoseconds = from.get<uint32_t>();
  header.frame_id = from.text();
  return header;
}

void write_header(CdrWriter& to, const Header& header) {
  to.put(header.seconds);
  to.put(header.nanoseconds);
  to.text(header.frame_id);
}

// Position, orientation and covariance of a hypothesis, which boxes in pictures do not have.
void write_no_pose(CdrWriter& to) {
  for (double value : {0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 1.0}) to.put(value);
  for (int at = 0; at < kCovariance; ++at) to.put(0.0);
}

void write_box(CdrWriter& to, const Box& box, const Header& header) {
  const float* s = box.sides;
  const double left = s[0], top = s[1], right = s[2], bottom = s[3];
  write_header(to, header);
  to.put(uint32_t{1});
  to.text(std::to_string(box.class_id));
  to.put(static_cast<double>(box.score));
  write_no_pose(to);
  for (double value : {(left + right) / 2, (top + bottom) / 2, 0.0, right - left, bottom - top})
    to.put(value);
  to.text(box.track ? std::to_string(box.track) : "");
}

Box read_box(CdrReader& from) {
  Box box;
  read_header(from);
  for (auto results = from.get<uint32_t>(); results; --results) {
    box.class_id = std::stoi(from.text());
    box.score = static_cast<float>(from.get<double>());
    for (int at = 0; at < 7 + kCovariance; ++at) from.get<double>();
  }
  auto x = from.get<double>(), y = from.get<double>();
  from.get<double>();
  auto width = from.get<double>(), height = from.get<double>();
  box.sides[0] = static_cast<float>(x - width / 2);
  box.sides[1] = static_cast<float>(y - height / 2);
  box.sides[2] = static_cast<float>(x + width / 2);
  box.sides[3] = static_cast<float>(y + height / 2);
  from.text();
  return box;
}

}  // namespace

ImageView read_image(const uint8_t* data, size_t size) {
  CdrReader from(data, size);
  ImageView image;
  image.header = read_header(from);
  Picture& picture = image.picture;
  picture.height = static_cast<int>(from.get<uint32_t>());
  picture.width = static_cast<int>(from.get<uint32_t>());
  std::string encoding = from.text();
  from.get<uint8_t>();
  picture.step = static_cast<int>(from.get<uint32_t>());
  auto count = from.get<uint32_t>();
  picture.data = from.bytes(count);
  if (encoding != "bgr8" || picture.step < 3 * picture.width ||
      count < static_cast<uint64_t>(picture.step) * picture.height)
    throw std::runtime_error("not a whole image of encoding bgr8, but " + encoding);
  return image;
}

std::vector<Box> read_boxes(const uint8_t* data, size_t size, Header& header) {
  CdrReader from(data, size);
  header = read_header(from);
  std::vector<Box> boxes;
  for (auto count = from.get<uint32_t>(); count; --count) boxes.push_back(read_box(from));
  return boxes;
}

std::vector<uint8_t> write_boxes(const std::vector<Box>& boxes, const Header& header) {
  CdrWriter to;
  write_header(to, header);
  to.put(static_cast<uint32_t>(boxes.size()));
  for (const Box& box : boxes) write_box(to, box, header);
  return std::move(to.bytes());
}

std::vector<uint8_t> write_depth(const Depth& depth, const Header& header) {
  CdrWriter to;
  const auto step = static_cast<uint32_t>(depth.width * sizeof(float));
  const uint32_t count = step * static_cast<uint32_t>(depth.height);
  to.bytes().reserve(count + 256);
  write_header(to, header);
  to.put(static_cast<uint32_t>(depth.height));
  to.put(static_cast<uint32_t>(depth.width));
  to.text("32FC1");
  to.put(uint8_t{0});
  to.put(step);
  to.put(count);
  to.raw(depth.metres.data(), count);
  return std::move(to.bytes());
}

}  // namespace peer
