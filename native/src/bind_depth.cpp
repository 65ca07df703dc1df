// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Depth as Python sees it: None where the reference must say what is wrong.

#include <string>
#include <tuple>

#include "arrays.hpp"
#include "depth.hpp"
#include "parts.hpp"

namespace
{

// scale, shift, min_m, max_m, and focal length times baseline
using Options = std::tuple<float, float, float, float, float>;

edge_sched::DepthOptions options_of(const std::string & kind, const Options & given)
{
  using edge_sched::DepthKind;
  if (kind != "metric" && kind != "inverse" && kind != "disparity") {
    throw py::value_error("no kind of depth: " + kind);
  }
  const DepthKind known = kind == "metric" ? DepthKind::metric :
    kind == "inverse" ? DepthKind::inverse : DepthKind::disparity;
  return std::apply(
    [known](auto... each) {return edge_sched::DepthOptions{known, each...};}, given);
}

py::object decode_depth(const py::array & plane, const std::string & kind, const Options & given)
{
  if (!is_dense<float>(plane, 2)) {
    return py::none();
  }
  const auto options = options_of(kind, given);
  py::array_t<float> depth({plane.shape(0), plane.shape(1)});
  const auto * values = static_cast<const float *>(plane.data());
  float * into = depth.mutable_data();
  const auto size = static_cast<std::size_t>(plane.size());
  std::optional<edge_sched::DepthCounts> counts;
  {
    py::gil_scoped_release released;
    counts = edge_sched::decode_depth(values, size, options, into);
  }
  if (!counts) {
    return py::none();
  }
  return py::make_tuple(depth, counts->good, counts->least, counts->greatest, counts->whole);
}

}  // namespace

void bind_depth(py::module_ & module)
{
  module.def("decode_depth", &decode_depth);
}
