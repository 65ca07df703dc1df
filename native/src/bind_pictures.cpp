// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Preprocessing as Python sees it: False where the arrays have another form, nothing is written.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <tuple>
#include <vector>

#include "arrays.hpp"
#include "parts.hpp"
#include "pictures.hpp"

namespace
{

using edge_sched::Picture;
using edge_sched::TensorForm;
using Bytes = std::array<int, 3>;
using Pair = std::pair<int, int>;

// more than any picture or input has
constexpr int kMost = 1 << 16;

// The pixels of an array of rows x width x channels, whose pixels follow each other.
std::optional<Picture> picture_of(const py::array & pixels)
{
  if (pixels.ndim() != 3 || !py::isinstance<py::array_t<std::uint8_t>>(pixels) ||
    pixels.strides(2) != 1 || pixels.strides(1) != pixels.shape(2) || pixels.shape(0) < 1 ||
    pixels.shape(0) > kMost || pixels.shape(1) < 1 || pixels.shape(1) > kMost ||
    pixels.shape(2) == 2 || pixels.shape(2) < 1 || pixels.shape(2) > 4)
  {
    return std::nullopt;
  }
  return Picture{
    static_cast<const std::uint8_t *>(pixels.data()), pixels.strides(0),
    static_cast<int>(pixels.shape(1)), static_cast<int>(pixels.shape(0)),
    static_cast<int>(pixels.shape(2))};
}

// The form of a batch of tensors; its pictures fill it.
std::optional<TensorForm> form_of(
  const py::array & batch, const Bytes & bytes, bool interleaved, int pad)
{
  if (batch.ndim() != 4 || !batch.writeable() || pad < 0 || pad > 255) {
    return std::nullopt;
  }
  const py::ssize_t channels = batch.shape(interleaved ? 3 : 1);
  const py::ssize_t height = batch.shape(interleaved ? 1 : 2);
  const py::ssize_t width = batch.shape(interleaved ? 2 : 3);
  if ((channels != 1 && channels != 3) || height < 1 || height > kMost || width < 1 ||
    width > kMost)
  {
    return std::nullopt;
  }
  TensorForm form{};
  form.width = form.resized_width = static_cast<int>(width);
  form.height = form.resized_height = static_cast<int>(height);
  form.channels = static_cast<int>(channels);
  form.interleaved = interleaved;
  form.pad = static_cast<std::uint8_t>(pad);
  form.bytes = bytes;
  return form;
}

bool are_within(const Bytes & bytes, int channels)
{
  return std::all_of(
    bytes.begin(), bytes.end(), [channels](int byte) {return byte >= 0 && byte < channels;});
}

// Fill each tensor of a batch from the picture that belongs to it.
template<typename Number>
bool fill_each(
  const std::vector<Picture> & pictures, const TensorForm & form, const py::array & tables,
  py::array & batch)
{
  if (!is_dense<Number>(batch, 4) || !is_dense<Number>(tables, 2) ||
    tables.shape(0) != form.channels || tables.shape(1) != 256 ||
    batch.shape(0) != static_cast<py::ssize_t>(pictures.size()))
  {
    return false;
  }
  const auto * table = static_cast<const Number *>(tables.data());
  auto * tensor = static_cast<Number *>(batch.mutable_data());
  const auto size = static_cast<std::size_t>(form.width) * form.height * form.channels;
  py::gil_scoped_release released;
  for (const Picture & picture : pictures) {
    edge_sched::fill_tensor(picture, form, table, tensor);
    tensor += size;
  }
  return true;
}

bool fill(
  const std::vector<Picture> & pictures, const TensorForm & form, const py::array & tables,
  py::array & batch)
{
  return fill_each<float>(pictures, form, tables, batch) ||
         fill_each<std::uint8_t>(pictures, form, tables, batch);
}

bool prepare(
  const py::array & pixels, const Bytes & bytes, Pair size, Pair corner, int pad,
  const py::array & tables, bool interleaved, py::array & batch)
{
  const auto picture = picture_of(pixels);
  auto form = form_of(batch, bytes, interleaved, pad);
  if (!picture || !form || !are_within(bytes, picture->channels) || size.first < 1 ||
    size.first > kMost || size.second < 1 || size.second > kMost ||
    std::abs(corner.first) > kMost || std::abs(corner.second) > kMost)
  {
    return false;
  }
  std::tie(form->resized_width, form->resized_height) = size;
  std::tie(form->left, form->top) = corner;
  return fill({*picture}, *form, tables, batch);
}

// A side of a box as numpy rounds it to whole numbers; what is none becomes the least.
std::int64_t rounded(float side)
{
  const float whole = std::rint(side);
  return std::abs(whole) < 9e18f ?
         static_cast<std::int64_t>(whole) : std::numeric_limits<std::int64_t>::min();
}

// At least two pixels, inside of the picture.
Picture part_of(const Picture & picture, const float * box)
{
  using Side = std::int64_t;
  const Side width = picture.width, height = picture.height;
  const Side left = std::max<Side>(0, std::min(rounded(box[0]), width - 2));
  const Side top = std::max<Side>(0, std::min(rounded(box[1]), height - 2));
  const Side right = std::min(std::max(rounded(box[2]), left + 2), width);
  const Side bottom = std::min(std::max(rounded(box[3]), top + 2), height);
  return picture.part(
    static_cast<int>(left), static_cast<int>(top), static_cast<int>(right - left),
    static_cast<int>(bottom - top));
}

bool crops(
  const py::array & pixels, const Bytes & bytes, const py::array & boxes,
  const py::array & tables, bool interleaved, py::array & batch)
{
  const auto picture = picture_of(pixels);
  const auto form = form_of(batch, bytes, interleaved, 0);
  if (!picture || !form || !are_within(bytes, picture->channels) || !is_dense<float>(boxes, 2) ||
    boxes.shape(1) != 4)
  {
    return false;
  }
  std::vector<Picture> parts;
  const auto * corners = static_cast<const float *>(boxes.data());
  for (py::ssize_t row = 0; row < boxes.shape(0); ++row) {
    parts.push_back(part_of(*picture, corners + 4 * row));
  }
  return fill(parts, *form, tables, batch);
}

}  // namespace

void bind_pictures(py::module_ & module)
{
  module.def("prepare", &prepare);
  module.def("crops", &crops);
}
