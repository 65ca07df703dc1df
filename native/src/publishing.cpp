// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Writes results and publishes them in one call, without the GIL.

#include <stdexcept>

#include "cdr.hpp"
#include "parts.hpp"
#include "rcl.hpp"
#include "results.hpp"

using edge_sched::Bytes;
using edge_sched::HeldObjects;
using edge_sched::HeldPlane;
using edge_sched::Rcl;

namespace
{

// The address of a publisher of rclpy, whose owner keeps it alive during every call.
class Publisher
{
public:
  explicit Publisher(std::uintptr_t publisher)
  : publisher_(reinterpret_cast<const void *>(publisher))
  {
    std::string problem;
    rcl_ = edge_sched::find_rcl(problem);
    if (rcl_ == nullptr) {
      throw std::runtime_error(problem);
    }
  }

  // Return whether the arrays have the types that are written here.
  bool publish_detections(
    std::int64_t stamp_ns, const std::string & frame_id, const py::object & boxes_xyxy,
    const py::object & scores, const py::object & class_ids, const py::object & angles_rad,
    const py::object & track_ids) const
  {
    const auto held = HeldObjects::hold(boxes_xyxy, scores, class_ids, angles_rad, track_ids);
    if (!held) {
      return false;
    }
    py::gil_scoped_release released;
    if (is_heard()) {
      edge_sched::write_detections(buffer(), {stamp_ns, frame_id}, held->objects());
      publish(buffer());
    }
    return true;
  }

  void publish_image(
    std::int64_t stamp_ns, const std::string & frame_id, const std::string & encoding,
    const py::array & pixels) const
  {
    const HeldPlane held(pixels, encoding);
    py::gil_scoped_release released;
    edge_sched::write_image(buffer(), {stamp_ns, frame_id}, held.plane());
    publish(buffer());
  }

  bool is_heard() const
  {
    std::size_t count = 0;
    if (int code = rcl_->count_subscriptions(publisher_, &count); code != edge_sched::kOk) {
      throw std::runtime_error(edge_sched::last_error(code));
    }
    return count > 0;
  }

private:
  // one for each thread that publishes: its memory stays for the next message
  static Bytes & buffer()
  {
    static thread_local Bytes bytes;
    return bytes;
  }

  void publish(const Bytes & bytes) const
  {
    const edge_sched::RclBytes message{
      const_cast<std::uint8_t *>(bytes.data()), bytes.size(), bytes.capacity(),
      edge_sched::plain_allocator()};
    if (int code = rcl_->publish(publisher_, &message, nullptr); code != edge_sched::kOk) {
      throw std::runtime_error("cannot be published: " + edge_sched::last_error(code));
    }
  }

  const void * publisher_;
  const Rcl * rcl_;
};

std::string why_no_rcl()
{
  std::string problem;
  edge_sched::find_rcl(problem);
  return problem;
}

}  // namespace

void bind_publishing(py::module_ & module)
{
  module.def("why_no_rcl", &why_no_rcl);
  py::class_<Publisher>(module, "Publisher")
  .def(py::init<std::uintptr_t>())
  .def("publish_detections", &Publisher::publish_detections)
  .def("publish_image", &Publisher::publish_image)
  .def("is_heard", &Publisher::is_heard);
}
