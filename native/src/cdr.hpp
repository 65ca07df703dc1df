// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Writes messages as they go over the wire: plain CDR, little endian (OMG DDS-XTypes 1.3, 7.4).

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace edge_sched
{

// The header of a message: where and when its source frame was taken.
struct Header
{
  std::int64_t stamp_ns;
  std::string_view frame_id;
};

// Bytes that grow; the memory stays between messages, and is not set before it is written.
class Bytes
{
public:
  Bytes() = default;
  Bytes(const Bytes &) = delete;
  Bytes & operator=(const Bytes &) = delete;
  ~Bytes();

  void clear() {size_ = 0;}
  const std::uint8_t * data() const {return data_;}
  std::size_t size() const {return size_;}
  std::size_t capacity() const {return capacity_;}

  // Append room for a number of bytes and return where it begins; throws std::bad_alloc.
  std::uint8_t * grow(std::size_t count);

private:
  std::uint8_t * data_ = nullptr;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// What a vision_msgs/Detection2DArray is made of; pointers to as many values as there are objects.
struct Objects
{
  std::size_t count;
  const float * boxes_xyxy;       // four of each
  const float * scores;
  const std::int64_t * class_ids;
  const float * angles_rad;       // may be null: upright
  const std::int64_t * track_ids; // may be null: not tracked
};

// The pixels of a sensor_msgs/Image: rows without gaps, of this machine's byte order.
struct Plane
{
  std::uint32_t height;
  std::uint32_t width;
  std::string_view encoding;
  std::uint32_t step;
  const void * pixels;
};

void write_detections(Bytes & out, const Header & header, const Objects & objects);
void write_image(Bytes & out, const Header & header, const Plane & plane);

}  // namespace edge_sched
