// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The tracker and the assignment as Python sees them.

#include <pybind11/numpy.h>

#include <algorithm>
#include <cmath>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <tuple>

#include "arrays.hpp"
#include "assign.hpp"
#include "parts.hpp"
#include "tracks.hpp"

namespace
{

using edge_sched::Tracks;

// pairs below which waiting for the interpreter again would take longer than the work
constexpr std::size_t kFewPairs = 256;

using Options = std::tuple<double, double, double, double, double, double, double, double>;

// Tracks that may be forgotten while they are matched.
struct SharedTracks
{
  Tracks tracks;
  std::mutex used;
};

// Detections as the tracker wants them; boxes that are not finite match nothing.
edge_sched::Seen seen_of(
  const Dense<double> & boxes, const Dense<double> & scores, const Dense<std::int64_t> & classes,
  const std::optional<Dense<float>> & vectors)
{
  const auto count = static_cast<std::size_t>(scores.size());
  const bool agree = boxes.ndim() == 2 && boxes.shape(1) == 4 &&
    boxes.shape(0) == scores.size() && classes.size() == scores.size() && (!vectors ||
    (vectors->ndim() == 2 && vectors->shape(0) == scores.size()));
  if (!agree) {
    throw std::invalid_argument("boxes, scores, classes and vectors differ in their number");
  }
  edge_sched::Seen seen{};
  seen.class_ids = classes.data();
  seen.vectors = vectors ? vectors->data() : nullptr;
  seen.dimensions = vectors ? static_cast<std::size_t>(vectors->shape(1)) : 0;
  seen.boxes.reserve(count);
  seen.scores.reserve(count);
  for (std::size_t row = 0; row < count; ++row) {
    const double * box = boxes.data() + 4 * row;
    const bool finite = std::all_of(box, box + 4, [](double side) {return std::isfinite(side);});
    seen.boxes.push_back({box[0], box[1], box[2], box[3]});
    seen.scores.push_back(finite ? scores.data()[row] : -1.0);
  }
  return seen;
}

py::tuple update(
  SharedTracks & shared, const Dense<double> & boxes, const Dense<double> & scores,
  const Dense<std::int64_t> & classes, const std::optional<Dense<float>> & vectors,
  double frames, const Options & given)
{
  const auto seen = seen_of(boxes, scores, classes, vectors);
  const auto options = std::apply(
    [](auto... each) {return edge_sched::TrackerOptions{each...};}, given);
  Tracks::Shown shown;
  {
    // released before the lock is taken: its owner may wait for the interpreter
    std::optional<py::gil_scoped_release> released;
    if (seen.scores.size() * shared.tracks.size() > kFewPairs) {
      released.emplace();
    }
    const std::lock_guard<std::mutex> lock(shared.used);
    shown = shared.tracks.update(seen, frames, options);
  }
  py::array_t<std::int64_t> rows(static_cast<py::ssize_t>(shown.size()));
  py::array_t<std::int64_t> numbers(static_cast<py::ssize_t>(shown.size()));
  for (std::size_t at = 0; at < shown.size(); ++at) {
    rows.mutable_data()[at] = shown[at].first;
    numbers.mutable_data()[at] = shown[at].second;
  }
  return py::make_tuple(rows, numbers);
}

void clear(SharedTracks & shared)
{
  const std::lock_guard<std::mutex> lock(shared.used);
  shared.tracks.clear();
}

py::tuple assigned(const Dense<double> & distance, double limit)
{
  if (distance.ndim() != 2) {
    throw std::invalid_argument("distances need rows and columns");
  }
  const auto row_count = static_cast<std::size_t>(distance.shape(0));
  const auto column_count = static_cast<std::size_t>(distance.shape(1));
  std::vector<double> values(distance.data(), distance.data() + distance.size());
  const auto pairs = edge_sched::assign(values, row_count, column_count, limit);
  py::array_t<std::int64_t> rows(static_cast<py::ssize_t>(pairs.size()));
  py::array_t<std::int64_t> columns(static_cast<py::ssize_t>(pairs.size()));
  for (std::size_t at = 0; at < pairs.size(); ++at) {
    rows.mutable_data()[at] = static_cast<std::int64_t>(pairs[at].first);
    columns.mutable_data()[at] = static_cast<std::int64_t>(pairs[at].second);
  }
  return py::make_tuple(rows, columns);
}

}  // namespace

void bind_tracks(py::module_ & module)
{
  module.def("assign", &assigned, py::arg("distance"), py::arg("limit"));
  py::class_<SharedTracks>(module, "Tracks")
  .def(py::init<>())
  .def("__len__", [](const SharedTracks & shared) {return shared.tracks.size();})
  .def("clear", &clear)
  .def("update", &update);
}
