// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "results.hpp"

#include <stdexcept>
#include <utility>

namespace py = pybind11;

namespace edge_sched
{
namespace
{

constexpr int kContiguous = py::array::c_style;

// View an array of this very type with as many values as expected; copy it only if it has gaps.
template<typename T>
bool hold_array(const py::object & given, py::ssize_t count, py::array_t<T> & held)
{
  if (!py::isinstance<py::array_t<T>>(given)) {
    return false;
  }
  held = py::array_t<T, kContiguous>::ensure(given);
  return held && held.size() == count;
}

}  // namespace

std::optional<HeldObjects> HeldObjects::hold(
  const py::object & boxes_xyxy, const py::object & scores, const py::object & class_ids,
  const py::object & angles_rad, const py::object & track_ids)
{
  if (!py::isinstance<py::array>(scores)) {
    return std::nullopt;
  }
  const py::ssize_t count = py::reinterpret_borrow<py::array>(scores).size();
  HeldObjects held;
  const bool fits = hold_array(boxes_xyxy, 4 * count, held.boxes_) &&
    hold_array(scores, count, held.scores_) && hold_array(class_ids, count, held.class_ids_) &&
    (angles_rad.is_none() || hold_array(angles_rad, count, held.angles_)) &&
    (track_ids.is_none() || hold_array(track_ids, count, held.track_ids_));
  if (!fits) {
    return std::nullopt;
  }
  held.objects_ = {
    static_cast<std::size_t>(count), held.boxes_.data(), held.scores_.data(),
    held.class_ids_.data(), angles_rad.is_none() ? nullptr : held.angles_.data(),
    track_ids.is_none() ? nullptr : held.track_ids_.data()};
  return held;
}

HeldPlane::HeldPlane(const py::array & pixels, std::string encoding)
: encoding_(std::move(encoding))
{
  pixels_ = py::array::ensure(pixels, kContiguous);
  if (!pixels_ || pixels_.ndim() < 2) {
    throw std::invalid_argument("pixels need rows and columns");
  }
  const py::ssize_t height = pixels_.shape(0);
  const py::ssize_t row = height == 0 ? 0 : pixels_.nbytes() / height;
  plane_ = {
    static_cast<std::uint32_t>(height), static_cast<std::uint32_t>(pixels_.shape(1)), encoding_,
    static_cast<std::uint32_t>(row), pixels_.data()};
}

}  // namespace edge_sched
