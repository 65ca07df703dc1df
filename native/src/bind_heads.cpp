// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Decoding as Python sees it: None where the reference must say what is wrong.

#include <algorithm>
#include <cstring>
#include <tuple>

#include "arrays.hpp"
#include "heads.hpp"
#include "parts.hpp"

namespace
{

using edge_sched::BoxLimits;
using edge_sched::Found;
using Int = std::int64_t;
using Limits =
  std::tuple<double, double, Int, Int, Int, Int, Int, double, double, double, double, Int, Int>;

BoxLimits limits_of(const Limits & given)
{
  return std::apply([](auto... each) {return BoxLimits{each...};}, given);
}

template<typename Number, typename Value>
py::array_t<Number> flat(const std::vector<Value> & values)
{
  py::array_t<Number> made(static_cast<py::ssize_t>(values.size()));
  std::copy(values.begin(), values.end(), made.mutable_data());
  return made;
}

py::array_t<float> rows_of(const std::vector<edge_sched::Corners> & boxes)
{
  py::array_t<float> made({static_cast<py::ssize_t>(boxes.size()), py::ssize_t{4}});
  if (!boxes.empty()) {
    std::memcpy(made.mutable_data(), boxes.data(), boxes.size() * sizeof(boxes[0]));
  }
  return made;
}

py::object as_python(const std::optional<Found> & found)
{
  if (!found) {
    return py::none();
  }
  const auto & places = found->places;
  return py::make_tuple(
    rows_of(found->boxes), flat<float>(found->scores), flat<Int>(found->class_ids),
    py::make_tuple(places[0], places[1], places[2], places[3]));
}

py::object yolox(
  const py::array & values, const Dense<float> & cells, const Dense<float> & strides,
  const Limits & given)
{
  if (!is_dense<float>(values, 2) || cells.size() != 2 * values.shape(0) ||
    strides.size() != values.shape(0))
  {
    return py::none();
  }
  const BoxLimits limits = limits_of(given);
  const auto * data = static_cast<const float *>(values.data());
  const auto rows = static_cast<std::size_t>(values.shape(0));
  const auto columns = static_cast<std::size_t>(values.shape(1));
  std::optional<Found> found;
  {
    py::gil_scoped_release released;
    found = edge_sched::decode_yolox(data, rows, columns, cells.data(), strides.data(), limits);
  }
  return as_python(found);
}

py::object yolov8(const py::array & values, const Limits & given)
{
  if (!is_dense<float>(values, 2)) {
    return py::none();
  }
  const BoxLimits limits = limits_of(given);
  const auto * data = static_cast<const float *>(values.data());
  const auto rows = static_cast<std::size_t>(values.shape(0));
  const auto columns = static_cast<std::size_t>(values.shape(1));
  std::optional<Found> found;
  {
    py::gil_scoped_release released;
    found = edge_sched::decode_yolov8(data, rows, columns, limits);
  }
  return as_python(found);
}

// Few rows: giving the interpreter away would take longer.
py::object end2end(const py::array & values, bool shares, const Limits & given)
{
  if (!is_dense<float>(values, 2) || values.shape(1) != 6) {
    return py::none();
  }
  return as_python(
    edge_sched::decode_end2end(
      static_cast<const float *>(values.data()), static_cast<std::size_t>(values.shape(0)),
      shares, limits_of(given)));
}

// Candidates of a head that only the reference reads.
py::object select_boxes(
  const py::array & boxes, const py::array & scores, const py::array & classes,
  bool suppress, const Limits & given)
{
  if (!is_dense<float>(boxes, 2) || !is_dense<float>(scores, 1) || !is_dense<Int>(classes, 1) ||
    boxes.shape(1) != 4 || boxes.shape(0) != scores.shape(0) ||
    classes.shape(0) != scores.shape(0))
  {
    return py::none();
  }
  const BoxLimits limits = limits_of(given);
  const auto count = static_cast<std::size_t>(scores.shape(0));
  edge_sched::Candidates from;
  const auto * corners = static_cast<const edge_sched::Corners *>(boxes.data());
  const auto * chances = static_cast<const float *>(scores.data());
  const auto * ids = static_cast<const Int *>(classes.data());
  std::optional<Found> found;
  {
    py::gil_scoped_release released;
    from.boxes.assign(corners, corners + count);
    from.scores.assign(chances, chances + count);
    from.class_ids.assign(ids, ids + count);
    found = edge_sched::select(from, limits, suppress);
  }
  return as_python(found);
}

}  // namespace

void bind_heads(py::module_ & module)
{
  module.def("decode_yolox", &yolox);
  module.def("decode_yolov8", &yolov8);
  module.def("decode_end2end", &end2end);
  module.def("select_boxes", &select_boxes);
}
