// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Serialized messages as bytes, for comparing them with what the interpreter writes.

#include "cdr.hpp"
#include "parts.hpp"
#include "results.hpp"

using edge_sched::Bytes;
using edge_sched::HeldObjects;
using edge_sched::HeldPlane;

namespace
{

py::bytes as_bytes(const Bytes & written)
{
  return py::bytes(reinterpret_cast<const char *>(written.data()), written.size());
}

py::object detections(
  std::int64_t stamp_ns, const std::string & frame_id, const py::object & boxes_xyxy,
  const py::object & scores, const py::object & class_ids, const py::object & angles_rad,
  const py::object & track_ids)
{
  const auto held = HeldObjects::hold(boxes_xyxy, scores, class_ids, angles_rad, track_ids);
  if (!held) {
    return py::none();
  }
  Bytes out;
  edge_sched::write_detections(out, {stamp_ns, frame_id}, held->objects());
  return as_bytes(out);
}

py::bytes image(
  std::int64_t stamp_ns, const std::string & frame_id, const std::string & encoding,
  const py::array & pixels)
{
  const HeldPlane held(pixels, encoding);
  Bytes out;
  edge_sched::write_image(out, {stamp_ns, frame_id}, held.plane());
  return as_bytes(out);
}

}  // namespace

void bind_messages(py::module_ & module)
{
  module.def("write_detections", &detections);
  module.def("write_image", &image);
}
