// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The search of the policy horizon as Python sees it. It takes microseconds, so it keeps the
// interpreter.

#include <pybind11/stl.h>

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "beam.hpp"
#include "parts.hpp"

namespace
{

using edge_sched::Beam;
using edge_sched::PlanJob;
using edge_sched::PlanOption;

// tuples of options that are kept in this form
constexpr std::size_t kMostKept = 4096;

struct Kept
{
  py::object tuple;  // or another one could get its address
  std::vector<PlanOption> options;
};

// Names of attributes, made once.
struct Names
{
  py::str ready_ns{"ready_ns"}, deadline_ns{"deadline_ns"}, latest_ns{"latest_ns"},
  least_ns{"least_ns"}, follow_ns{"follow_ns"}, follow_soft_ns{"follow_soft_ns"},
  lost_by_ns{"lost_by_ns"}, miss{"miss"}, energy_cost{"energy_cost"},
  accuracy_cost{"accuracy_cost"}, chance{"chance"}, follow_miss{"follow_miss"},
  frames{"frames"}, options{"options"};
};

py::object attribute(py::handle of, const py::str & name)
{
  auto * found = PyObject_GetAttr(of.ptr(), name.ptr());
  if (found == nullptr) {throw py::error_already_set();}
  return py::reinterpret_steal<py::object>(found);
}

std::int64_t integer(py::handle of, const py::str & name)
{
  const auto value = PyLong_AsLongLong(attribute(of, name).ptr());
  if (value == -1 && PyErr_Occurred()) {throw py::error_already_set();}
  return value;
}

double number(py::handle of, const py::str & name)
{
  const auto value = PyFloat_AsDouble(attribute(of, name).ptr());
  if (value == -1 && PyErr_Occurred()) {throw py::error_already_set();}
  return value;
}

// Searches schedules, and keeps the last search.
class PlanSearch
{
public:
  // Return the job, the option and the begin of each job of the cheapest schedule.
  py::list find(
    const py::list & jobs, const std::vector<std::int64_t> & free_ns, std::int64_t now_ns,
    std::size_t width, double pressure, double haste)
  {
    last_.reset();
    if (kept_.size() > kMostKept) {kept_.clear();}
    std::vector<PlanJob> found;
    found.reserve(jobs.size());
    for (const auto & job : jobs) {found.push_back(job_of(job, free_ns.size()));}
    last_ = std::make_unique<Beam>(
      std::move(found), free_ns, edge_sched::Scale{now_ns, width, pressure, haste});
    return told(last_->cheapest());
  }

  // Return the cost of every schedule that the last search ended with, and its jobs, last first.
  py::list ends() const
  {
    py::list every;
    if (!last_) {return every;}
    for (const auto & state : last_->ends()) {
      std::vector<edge_sched::Link> chain;
      for (int at = state.chain; at >= 0; at = chain.back().before) {
        chain.push_back(last_->links()[static_cast<std::size_t>(at)]);
      }
      every.append(py::make_tuple(state.cost, told(chain)));
    }
    return every;
  }

  void forget() {last_.reset();}
  double cost() const {return last_ ? last_->cost() : 0.0;}

private:
  static py::list told(const std::vector<edge_sched::Link> & chain)
  {
    py::list found(chain.size());
    for (std::size_t at = 0; at < chain.size(); ++at) {
      found[at] = py::make_tuple(chain[at].job, chain[at].option, chain[at].begin_ns);
    }
    return found;
  }

  PlanJob job_of(py::handle job, std::size_t units)
  {
    PlanJob made{};
    made.ready_ns = integer(job, names_.ready_ns);
    made.deadline_ns = integer(job, names_.deadline_ns);
    made.latest_ns = integer(job, names_.latest_ns);
    made.least_ns = integer(job, names_.least_ns);
    made.miss = number(job, names_.miss);
    made.energy_cost = number(job, names_.energy_cost);
    made.accuracy_cost = number(job, names_.accuracy_cost);
    made.chance = number(job, names_.chance);
    made.follow_miss = number(job, names_.follow_miss);
    made.follow_ns = integer(job, names_.follow_ns);
    made.follow_soft_ns = integer(job, names_.follow_soft_ns);
    made.lost_by_ns = integer(job, names_.lost_by_ns);
    made.frames = number(job, names_.frames);
    made.options = options_of(attribute(job, names_.options), units);
    return made;
  }

  const std::vector<PlanOption> * options_of(const py::object & tuple, std::size_t units)
  {
    auto & kept = kept_[tuple.ptr()];
    if (!kept) {
      auto made = std::make_unique<Kept>(Kept{tuple, {}});
      for (const auto & option : tuple) {made->options.push_back(option_of(option));}
      kept = std::move(made);
    }
    for (const auto & option : kept->options) {
      for (const auto & leg : option.legs) {
        if (leg.at >= 3 * units) {throw py::index_error("an option is on a unit that is not there");}
      }
    }
    return &kept->options;
  }

  static PlanOption option_of(py::handle option)
  {
    PlanOption made{};
    made.total_ns = option.attr("total_ns").cast<std::int64_t>();
    made.energy = option.attr("energy").cast<double>();
    made.lack = option.attr("lack").cast<double>();
    made.deviation = option.attr("deviation").cast<double>();
    for (const auto & leg : option.attr("legs")) {
      made.legs.push_back({
          3 * leg.attr("unit").cast<std::size_t>(),
          leg.attr("length_ns").cast<std::int64_t>(),
          leg.attr("piece_ns").cast<std::int64_t>()});
    }
    return made;
  }

  Names names_;
  std::unordered_map<PyObject *, std::unique_ptr<Kept>> kept_;
  std::unique_ptr<Beam> last_;
};

}  // namespace

void bind_beam(py::module_ & module)
{
  py::class_<PlanSearch>(module, "PlanSearch")
  .def(py::init<>())
  .def("find", &PlanSearch::find)
  .def("ends", &PlanSearch::ends)
  .def("forget", &PlanSearch::forget)
  .def_property_readonly("cost", &PlanSearch::cost);
}
