// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Results as Python has them, seen as what messages are written from.

#pragma once

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include <cstdint>
#include <optional>
#include <string>

#include "cdr.hpp"

namespace edge_sched
{

// Detections, with arrays that stay alive; made while the GIL is held.
class HeldObjects
{
public:
  // Return nothing where an array has another type, which only the interpreter's way takes.
  static std::optional<HeldObjects> hold(
    const pybind11::object & boxes_xyxy, const pybind11::object & scores,
    const pybind11::object & class_ids, const pybind11::object & angles_rad,
    const pybind11::object & track_ids);

  const Objects & objects() const {return objects_;}

private:
  pybind11::array_t<float> boxes_;
  pybind11::array_t<float> scores_;
  pybind11::array_t<std::int64_t> class_ids_;
  pybind11::array_t<float> angles_;
  pybind11::array_t<std::int64_t> track_ids_;
  Objects objects_{};
};

// A picture of one value or several for each pixel, with its array.
class HeldPlane
{
public:
  HeldPlane(const pybind11::array & pixels, std::string encoding);

  const Plane & plane() const {return plane_;}

private:
  pybind11::array pixels_;
  std::string encoding_;
  Plane plane_{};
};

}  // namespace edge_sched
