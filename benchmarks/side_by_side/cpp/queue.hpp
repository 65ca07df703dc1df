// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Earliest deadline first with early dropping: which job a free core takes next.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include "messages.hpp"
#include "results.hpp"
#include "ros.hpp"
#include "spec.hpp"

namespace peer {

// A frame of a camera, shared by its jobs.
struct Frame {
  Message message;
  ImageView image;
  // number of the frame of its camera
  int64_t number = 0;
};

struct Job {
  size_t task = 0;
  std::shared_ptr<const Frame> frame;
  std::vector<Box> boxes;
  int64_t deadline_ns = 0;
};

// Jobs that wait, at most one for each task: the newest frame wins. A task runs one job at a time.
class JobQueue {
 public:
  // `margin_ns`: a job is lost if it would end less than this before its deadline.
  JobQueue(const std::vector<TaskSpec>& tasks, int64_t margin_ns);

  void set_deadline(size_t task, int64_t deadline_ns);
  void push(Job job);
  // Return the next job when there is one; none after the end.
  std::optional<Job> next();
  // A job has ended that took this long.
  void ended(size_t task, int64_t took_ns);
  void close();

 private:
  struct Entry {
    std::optional<Job> waiting;
    bool running = false;
    int64_t relative_ns = 0, cost_ns = 0;
    int dropped_in_a_row = 0;
  };

  Entry* earliest();
  bool is_lost(const Entry& entry, int64_t deadline_ns) const;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<Entry> entries_;
  int64_t margin_ns_;
  bool closed_ = false;
};

// Time of stamps, nanoseconds.
int64_t now_ns();

}  // namespace peer
