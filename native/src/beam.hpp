// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The search of the policy horizon, as edge_sched_ros/policies/beam.py does it: the same sums in
// the same order, so that both find the same schedules to the last bit.

#pragma once

#include <cstdint>
#include <vector>

namespace edge_sched
{

// Consecutive stages on a unit: index of its first number in State::units, times of all and of
// the first stage.
struct Leg
{
  std::size_t at;
  std::int64_t length_ns, piece_ns;
};

struct PlanOption
{
  std::vector<Leg> legs;
  std::int64_t total_ns;
  double energy, lack, deviation;
};

// Fields as in plan_job.py.
struct PlanJob
{
  std::int64_t ready_ns, deadline_ns, latest_ns, least_ns, follow_ns, follow_soft_ns, lost_by_ns;
  double miss, energy_cost, accuracy_cost, chance, follow_miss, frames;
  const std::vector<PlanOption> * options;
};

// Fields as in choices.py.
struct Scale
{
  std::int64_t now_ns;
  std::size_t width;
  double pressure, haste;
};

// A job that a schedule has placed, after the chain of those before; -1 is the end.
struct Link
{
  int before;
  std::size_t job, option;
  std::int64_t begin_ns;
};

// A schedule of some jobs: cost with pressure, place among all, cost; where its units' numbers
// begin in the arena (of each unit start and end of the longest gap, end of the last job).
struct State
{
  double total;
  std::int64_t place;
  double cost;
  std::size_t units;
  int chain;
};

struct Choice
{
  std::int64_t place;
  const PlanOption * option;  // none to drop the job
  double added, floor;
  std::int64_t end_ns;
};

class Beam
{
public:
  Beam(std::vector<PlanJob> jobs, const std::vector<std::int64_t> & free_ns, const Scale & scale);

  // The cheapest schedule of all jobs, in the order in which they were placed.
  std::vector<Link> cheapest() const;
  double cost() const {return best_.cost;}
  // The schedules with which each order ended, and the links that their chains consist of.
  const std::vector<State> & ends() const {return ends_;}
  const std::vector<Link> & links() const {return links_;}

private:
  using Order = std::vector<std::size_t>;
  struct Searched
  {
    Order order;
    std::vector<std::vector<State>> steps;
  };

  std::vector<Order> orders() const;
  std::vector<std::vector<State>> common_steps(const Order & order) const;
  std::vector<Choice> choices_of(const PlanJob & job) const;
  double added_at(const PlanJob & job, const PlanOption & option, std::int64_t end_ns) const;
  std::vector<State> extended(const std::vector<State> & states, std::size_t index);
  bool place(const PlanJob & job, const Choice & choice, double & added, std::int64_t & begin_ns);
  void search(const Order & order);

  std::vector<PlanJob> jobs_;
  std::vector<std::vector<Choice>> choices_;
  Scale scale_;
  std::size_t numbers_;  // of all units of a state
  std::vector<std::int64_t> arena_, slots_;
  std::vector<Link> links_;
  std::vector<Searched> done_;
  std::vector<State> ends_;
  State begin_{}, best_{};
};

}  // namespace edge_sched
