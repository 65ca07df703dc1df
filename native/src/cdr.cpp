// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "cdr.hpp"

#include <cstdlib>
#include <cstring>
#include <new>

namespace edge_sched
{
namespace
{

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "values are written as they lie");

constexpr std::int64_t kNsPerS = 1000000000;
constexpr std::size_t kEncapsulation = 4;
// position and rotation of an empty pose, then its covariance
constexpr std::size_t kPoseValues = 43;
constexpr std::size_t kPoseW = 6;

void align(Bytes & out, std::size_t size)
{
  // alignment starts after the encapsulation
  const std::size_t pad = (size - (out.size() - kEncapsulation) % size) % size;
  std::memset(out.grow(pad), 0, pad);
}

template<typename T>
void put(Bytes & out, T value)
{
  align(out, sizeof(T));
  std::memcpy(out.grow(sizeof(T)), &value, sizeof(T));
}

void put_text(Bytes & out, std::string_view text)
{
  put(out, static_cast<std::uint32_t>(text.size() + 1));
  std::uint8_t * at = out.grow(text.size() + 1);
  std::memcpy(at, text.data(), text.size());
  at[text.size()] = 0;
}

void begin(Bytes & out)
{
  out.clear();
  const std::uint8_t little_endian[kEncapsulation] = {0, 1, 0, 0};
  std::memcpy(out.grow(kEncapsulation), little_endian, kEncapsulation);
}

void put_header(Bytes & out, const Header & header)
{
  // rounded down, as divmod does
  std::int64_t seconds = header.stamp_ns / kNsPerS;
  std::int64_t rest = header.stamp_ns % kNsPerS;
  if (rest < 0) {
    rest += kNsPerS;
    seconds -= 1;
  }
  put(out, static_cast<std::int32_t>(seconds));
  put(out, static_cast<std::uint32_t>(rest));
  put_text(out, header.frame_id);
}

void put_empty_pose(Bytes & out)
{
  align(out, sizeof(double));
  double values[kPoseValues] = {};
  values[kPoseW] = 1.0;
  std::memcpy(out.grow(sizeof(values)), values, sizeof(values));
}

void put_object(Bytes & out, const Header & header, const Objects & all, std::size_t index)
{
  put_header(out, header);
  put<std::uint32_t>(out, 1);
  put_text(out, std::to_string(all.class_ids[index]));
  put<double>(out, all.scores[index]);
  put_empty_pose(out);
  const float * box = all.boxes_xyxy + 4 * index;
  const double x0 = box[0], y0 = box[1], x1 = box[2], y1 = box[3];
  const double angle = all.angles_rad == nullptr ? 0.0 : all.angles_rad[index];
  for (double value : {(x0 + x1) / 2, (y0 + y1) / 2, angle, x1 - x0, y1 - y0}) {
    put(out, value);
  }
  put_text(out, all.track_ids == nullptr ? "" : std::to_string(all.track_ids[index]));
}

}  // namespace

Bytes::~Bytes()
{
  std::free(data_);
}

std::uint8_t * Bytes::grow(std::size_t count)
{
  if (size_ + count > capacity_) {
    const std::size_t wanted = size_ + count + size_ / 2 + 256;
    void * moved = std::realloc(data_, wanted);
    if (moved == nullptr) {
      throw std::bad_alloc();
    }
    data_ = static_cast<std::uint8_t *>(moved);
    capacity_ = wanted;
  }
  std::uint8_t * begin = data_ + size_;
  size_ += count;
  return begin;
}

void write_detections(Bytes & out, const Header & header, const Objects & objects)
{
  begin(out);
  put_header(out, header);
  put(out, static_cast<std::uint32_t>(objects.count));
  for (std::size_t index = 0; index < objects.count; ++index) {
    put_object(out, header, objects, index);
  }
}

void write_image(Bytes & out, const Header & header, const Plane & plane)
{
  begin(out);
  put_header(out, header);
  put(out, plane.height);
  put(out, plane.width);
  put_text(out, plane.encoding);
  put<std::uint8_t>(out, 0);
  put(out, plane.step);
  const std::size_t count = static_cast<std::size_t>(plane.step) * plane.height;
  put(out, static_cast<std::uint32_t>(count));
  std::memcpy(out.grow(count), plane.pixels, count);
}

}  // namespace edge_sched
