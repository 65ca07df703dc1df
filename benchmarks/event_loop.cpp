// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
//
// What an event loop alone takes for a job in C++: no dispatcher, ledger, learned costs or policies
// to choose from. 12 periodic tasks of three stages on 6 equal units, first come first served:
//
//   g++ -O2 -std=c++17 -o build/event_loop benchmarks/event_loop.cpp && build/event_loop

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace {

constexpr int kTasks = 12, kUnits = 6, kStages = 3, kRepetitions = 5;
constexpr int64_t kMs = 1'000'000, kEnd = 600'000 * kMs;

struct Event {
  int64_t time_ns, order;
  int job;  // of a stage that ends; the task of a frame that comes, from -1 downwards
  bool operator>(const Event & other) const
  {
    return time_ns != other.time_ns ? time_ns > other.time_ns : order > other.order;
  }
};

struct Job {
  int64_t release_ns;
  int task, stage;
};

struct Waiting {
  int64_t release_ns;
  int job;
  bool operator>(const Waiting & other) const
  {
    return release_ns != other.release_ns ? release_ns > other.release_ns : job > other.job;
  }
};

template<typename T>
using Heap = std::priority_queue<T, std::vector<T>, std::greater<T>>;

struct Loop {
  Heap<Event> events;
  Heap<Waiting> ready;
  std::vector<Job> jobs;
  std::mt19937_64 random{1};
  std::normal_distribution<double> normal;
  int idle = kUnits, ended = 0;
  int64_t order = 0, response_ns = 0;

  int64_t work_ns(int task, int stage)
  {
    const double mean = (stage == 1 ? 2.0 + task % 7 : 0.4) * kMs;
    return static_cast<int64_t>(mean * std::exp(0.1 * normal(random)));
  }

  void at(int64_t time_ns, int job) { events.push({time_ns, order++, job}); }

  void run()
  {
    for (int task = 0; task < kTasks; ++task) {at(task * kMs, -1 - task);}
    while (!events.empty()) {
      const Event event = events.top();
      events.pop();
      if (event.job < 0) {
        const int task = -1 - event.job;
        ready.push({event.time_ns, static_cast<int>(jobs.size())});
        jobs.push_back({event.time_ns, task, 0});
        const int64_t next_ns = event.time_ns + (20 + 41 * task / kTasks) * kMs;
        if (next_ns < kEnd) {at(next_ns, event.job);}
      } else {
        Job & job = jobs[event.job];
        ++idle;
        if (++job.stage < kStages) {
          ready.push({job.release_ns, event.job});
        } else {
          ++ended;
          response_ns += event.time_ns - job.release_ns;
        }
      }
      for (; idle > 0 && !ready.empty(); --idle) {
        const int next = ready.top().job;
        ready.pop();
        at(event.time_ns + work_ns(jobs[next].task, jobs[next].stage), next);
      }
    }
  }
};

}  // namespace

int main()
{
  double best_us = 1e9;
  int jobs = 0;
  double mean_ms = 0;
  for (int repetition = 0; repetition < kRepetitions; ++repetition) {
    Loop loop;
    const std::clock_t before = std::clock();
    loop.run();
    const double us = 1e6 * static_cast<double>(std::clock() - before) / CLOCKS_PER_SEC;
    jobs = loop.ended;
    mean_ms = 1e-6 * static_cast<double>(loop.response_ns) / jobs;
    best_us = std::min(best_us, us / jobs);
  }
  std::printf("%d jobs, mean response %.2f ms: %.2f us a job\n", jobs, mean_ms, best_us);
}
