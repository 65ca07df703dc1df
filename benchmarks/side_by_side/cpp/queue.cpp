// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "queue.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace peer {
namespace {

// Like the node's +drop: the margin is at most a quarter of the deadline, and after so many drops
// in a row a job runs all the same, since costs are learned from runs.
constexpr int kMostMargin = 4, kProbeAfter = 10;
// The share of a run in what is expected of the next, and how much longer it counts at most.
constexpr int64_t kNew = 8, kMostTimes = 3;

}  // namespace

int64_t now_ns() {
  auto since = std::chrono::system_clock::now().time_since_epoch();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(since).count();
}

JobQueue::JobQueue(const std::vector<TaskSpec>& tasks, int64_t margin_ns)
    : entries_(tasks.size()), margin_ns_(margin_ns) {
  for (size_t at = 0; at < tasks.size(); ++at) entries_[at].relative_ns = tasks[at].deadline_ns;
}

void JobQueue::set_deadline(size_t task, int64_t deadline_ns) {
  std::lock_guard<std::mutex> lock(mutex_);
  entries_[task].relative_ns = deadline_ns;
}

void JobQueue::push(Job job) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = entries_[job.task];
    job.deadline_ns = job.frame->image.header.stamp_ns() + entry.relative_ns;
    entry.waiting = std::move(job);
  }
  changed_.notify_one();
}

std::optional<Job> JobQueue::next() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!closed_) {
    Entry* entry = earliest();
    if (!entry) {
      changed_.wait(lock);
      continue;
    }
    std::optional<Job> job = std::exchange(entry->waiting, std::nullopt);
    if (is_lost(*entry, job->deadline_ns)) {
      ++entry->dropped_in_a_row;
      continue;
    }
    entry->dropped_in_a_row = 0;
    entry->running = true;
    return job;
  }
  return std::nullopt;
}

JobQueue::Entry* JobQueue::earliest() {
  Entry* best = nullptr;
  for (Entry& entry : entries_)
    if (entry.waiting && !entry.running &&
        (!best || entry.waiting->deadline_ns < best->waiting->deadline_ns))
      best = &entry;
  return best;
}

bool JobQueue::is_lost(const Entry& entry, int64_t deadline_ns) const {
  if (entry.dropped_in_a_row >= kProbeAfter) return false;
  int64_t margin_ns = std::min(margin_ns_, entry.relative_ns / kMostMargin);
  return now_ns() + entry.cost_ns + margin_ns > deadline_ns;
}

void JobQueue::ended(size_t task, int64_t took_ns) {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    Entry& entry = entries_[task];
    entry.running = false;
    if (!entry.cost_ns)
      entry.cost_ns = took_ns;
    else
      entry.cost_ns += (std::min(took_ns, kMostTimes * entry.cost_ns) - entry.cost_ns) / kNew;
  }
  changed_.notify_one();
}

void JobQueue::close() {
  {
    std::lock_guard<std::mutex> lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
}

}  // namespace peer
