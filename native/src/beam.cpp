// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "beam.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace edge_sched
{

namespace
{

// floors of costs are sums in another order, so they may be this much too high
constexpr double kRounding = 1 + 1e-9;

double quotient(std::int64_t above, std::int64_t below)
{
  return static_cast<double>(above) / static_cast<double>(below);
}

std::int64_t due_ns(const PlanJob & job)
{
  return job.follow_miss != 0 && job.follow_ns < job.deadline_ns ? job.follow_ns : job.deadline_ns;
}

// Put a leg on a unit of three numbers; set its end and return its start.
std::int64_t put(std::int64_t * unit, const Leg & leg, std::int64_t & end_ns)
{
  const std::int64_t ready_ns = end_ns, gap_begin = unit[0], gap_end = unit[1], free = unit[2];
  std::int64_t begin_ns = std::max(gap_begin, ready_ns);
  end_ns = begin_ns + leg.length_ns;
  if (end_ns <= gap_end) {
    // into the gap; the longer rest of it stays
    if (begin_ns - gap_begin > gap_end - end_ns) {
      unit[1] = begin_ns;
    } else {
      unit[0] = end_ns;
    }
    return begin_ns;
  }
  if (leg.piece_ns < leg.length_ns && begin_ns + leg.piece_ns <= gap_end) {
    // some of its stages before the jobs already placed, the others after them
    const std::int64_t pieces = (gap_end - begin_ns) / leg.piece_ns;
    unit[1] = begin_ns;
    end_ns = unit[2] = free + leg.length_ns - pieces * leg.piece_ns;
    return begin_ns;
  }
  begin_ns = std::max(free, ready_ns);
  if (begin_ns - free > gap_end - gap_begin) {
    unit[0] = free;
    unit[1] = begin_ns;
  }
  end_ns = unit[2] = begin_ns + leg.length_ns;
  return begin_ns;
}

bool before(const State & one, const State & other)
{
  return one.total != other.total ? one.total < other.total : one.place < other.place;
}

}  // namespace

Beam::Beam(
  std::vector<PlanJob> jobs, const std::vector<std::int64_t> & free_ns, const Scale & scale)
: jobs_(std::move(jobs)), scale_(scale), numbers_(3 * free_ns.size())
{
  for (const auto free : free_ns) {arena_.insert(arena_.end(), 3, free);}
  slots_.resize(numbers_);
  begin_.chain = -1;
  for (const auto & job : jobs_) {choices_.push_back(choices_of(job));}
  bool first = true;
  for (const auto & order : orders()) {
    const auto count = ends_.size();
    search(order);
    if (ends_.size() == count) {continue;}  // searched before
    const State * found = &ends_[count];
    for (auto at = count; at < ends_.size(); ++at) {
      const auto & state = ends_[at];
      const bool equal = state.cost == found->cost;
      if (state.cost < found->cost || (equal && state.total < found->total)) {found = &state;}
    }
    if (first || found->cost < best_.cost) {best_ = *found;}
    first = false;
  }
}

// By what is due first, by what costs most if missed, by slack.
std::vector<Beam::Order> Beam::orders() const
{
  Order plain(jobs_.size());
  for (std::size_t index = 0; index < plain.size(); ++index) {plain[index] = index;}
  std::vector<Order> found(3, plain);
  const auto sort = [this](Order & order, auto key) {
      std::stable_sort(order.begin(), order.end(), [this, key](std::size_t one, std::size_t other) {
          return key(jobs_[one]) < key(jobs_[other]);
        });
    };
  sort(found[0], [](const PlanJob & job) {return due_ns(job);});
  sort(found[1], [](const PlanJob & job) {return -job.miss;});
  sort(found[2], [](const PlanJob & job) {return due_ns(job) - job.least_ns;});
  return found;
}

// The steps that an order begins with as one that is done.
std::vector<std::vector<State>> Beam::common_steps(const Order & order) const
{
  std::vector<std::vector<State>> longest;
  for (const auto & other : done_) {
    const auto differs = std::mismatch(order.begin(), order.end(), other.order.begin()).first;
    const auto same = differs - order.begin();
    if (same > static_cast<std::ptrdiff_t>(longest.size())) {
      longest.assign(other.steps.begin(), other.steps.begin() + same);
    }
  }
  return longest;
}

void Beam::search(const Order & order)
{
  auto steps = common_steps(order);
  if (steps.size() == order.size() && !done_.empty()) {return;}
  const std::vector<State> begin{begin_};
  for (auto at = steps.size(); at < order.size(); ++at) {
    steps.push_back(extended(steps.empty() ? begin : steps.back(), order[at]));
  }
  const auto & last = steps.empty() ? begin : steps.back();
  ends_.insert(ends_.end(), last.begin(), last.end());
  done_.push_back({order, std::move(steps)});
}

double Beam::added_at(
  const PlanJob & job, const PlanOption & option, std::int64_t end_ns) const
{
  const std::int64_t late = end_ns - job.deadline_ns;
  if (late > 0) {return job.miss;}
  const double energy = job.energy_cost * option.energy;
  double added = (energy + job.accuracy_cost * option.lack) * job.chance;
  const std::int64_t ahead = end_ns - scale_.now_ns;
  const double sigma = option.deviation * static_cast<double>(ahead);
  const auto lateness = static_cast<double>(late);
  if (sigma != 0 && lateness > -4 * sigma) {
    added += job.miss / (1 + std::exp(-1.702 * lateness / sigma));
  }
  if (ahead != 0) {
    added += scale_.haste * job.miss * std::pow(quotient(ahead, ahead - late), 8.0);
  }
  if (job.follow_miss != 0) {
    const std::int64_t room = job.follow_ns - end_ns;
    if (room < job.follow_soft_ns) {
      added += job.follow_miss * std::min(1.0, 1 - quotient(room, job.follow_soft_ns));
    }
  }
  return added;
}

std::vector<Choice> Beam::choices_of(const PlanJob & job) const
{
  std::vector<Choice> found{{0, nullptr, job.miss, job.miss, job.ready_ns}};
  std::int64_t place = 0;
  for (const auto & option : *job.options) {
    std::int64_t end_ns = job.ready_ns;
    for (const auto & leg : option.legs) {end_ns += leg.length_ns;}
    const double added = added_at(job, option, end_ns);
    const double floor = added + scale_.pressure * static_cast<double>(option.total_ns);
    ++place;
    if (added < job.miss) {found.push_back({place, &option, added, floor, end_ns});}
  }
  std::stable_sort(found.begin(), found.end(), [](const Choice & one, const Choice & other) {
      return one.floor < other.floor;
    });
  return found;
}

// Put an option on the units in slots_; return whether that is better than dropping the job.
bool Beam::place(
  const PlanJob & job, const Choice & choice, double & added, std::int64_t & begin_ns)
{
  std::int64_t end_ns = job.ready_ns;
  begin_ns = -1;
  for (const auto & leg : choice.option->legs) {
    const auto start_ns = put(&slots_[leg.at], leg, end_ns);
    if (begin_ns < 0) {begin_ns = start_ns;}
  }
  if (begin_ns > job.latest_ns) {return false;}
  added = end_ns == choice.end_ns ? choice.added : added_at(job, *choice.option, end_ns);
  const auto wait_ns = begin_ns - job.ready_ns;
  if (job.lost_by_ns != 0 && wait_ns > 0) {
    const double share = quotient(wait_ns, wait_ns + job.lost_by_ns);
    added += (job.miss - added) * (job.frames == 1 ? share : std::pow(share, job.frames));
  }
  return added < job.miss;
}

// The cheapest schedules with one more job, in order of cost if some are left out.
std::vector<State> Beam::extended(const std::vector<State> & states, std::size_t index)
{
  const auto & job = jobs_[index];
  const auto step = static_cast<std::int64_t>(1 + job.options->size());
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  double worst = kInfinite, limit = kInfinite;
  std::vector<State> grown;
  bool some_left = false;
  std::int64_t first_place = 0;
  for (const auto & state : states) {
    for (const auto & choice : choices_[index]) {
      if (state.total + choice.floor > limit) {break;}  // so are all that follow
      State next{state.total + job.miss, first_place + choice.place, 0, state.units, state.chain};
      double added = job.miss;
      std::int64_t begin_ns = 0;
      if (choice.option != nullptr) {
        std::copy_n(arena_.begin() + static_cast<std::ptrdiff_t>(state.units), numbers_,
          slots_.begin());
        if (!place(job, choice, added, begin_ns)) {continue;}
        next.total = state.total + added +
          scale_.pressure * static_cast<double>(choice.option->total_ns);
      }
      if (grown.size() == scale_.width) {
        some_left = true;
        limit = worst * kRounding;
        if (next.total > worst) {continue;}
      }
      next.cost = state.cost + added;
      if (choice.option != nullptr) {
        next.units = arena_.size();
        arena_.insert(arena_.end(), slots_.begin(), slots_.end());
        next.chain = static_cast<int>(links_.size());
        const auto option = static_cast<std::size_t>(choice.place - 1);
        links_.push_back({state.chain, index, option, begin_ns});
      }
      grown.insert(std::upper_bound(grown.begin(), grown.end(), next, before), next);
      if (grown.size() > scale_.width) {grown.pop_back();}
      if (grown.size() == scale_.width) {
        worst = grown.back().total;
        if (some_left) {limit = worst * kRounding;}
      }
    }
    first_place += step;
  }
  if (!some_left) {
    std::sort(grown.begin(), grown.end(), [](const State & one, const State & other) {
        return one.place < other.place;
      });
  }
  return grown;
}

std::vector<Link> Beam::cheapest() const
{
  std::vector<Link> found;
  for (int at = best_.chain; at >= 0; at = links_[static_cast<std::size_t>(at)].before) {
    found.push_back(links_[static_cast<std::size_t>(at)]);
  }
  std::reverse(found.begin(), found.end());
  return found;
}

}  // namespace edge_sched
