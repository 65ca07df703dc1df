// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <pthread.h>
#include <sched.h>

#include <algorithm>
#include <map>
#include <memory>
#include <thread>

#include "modes.hpp"
#include "programs.hpp"
#include "queue.hpp"
#include "ros.hpp"

namespace peer {
namespace {

// As the node has it on a robot.
constexpr int64_t kMarginNs = 2'000'000;

// What a task remembers; only the thread that runs its job touches it.
struct Task {
  TaskSpec spec;
  std::unique_ptr<Publisher> publisher;
  // places of the tasks that work on its boxes
  std::vector<size_t> after;
  Tracker tracker;
  int64_t last_frame = 0;
};

class Scheduler {
 public:
  Scheduler(const Spec& spec, const Networks& networks, Node& node)
      : networks_(networks), queue_(spec.tasks, kMarginNs) {
    for (const TaskSpec& task : spec.tasks) {
      Type type = task.kind == "depth" ? Type::kImage : Type::kBoxes;
      places_[task.name] = tasks_.size();
      tasks_.push_back({task, node.advertise(type, task.result_topic), {}, {}, 0});
      if (!task.parent.empty())
        tasks_[places_.at(task.parent)].after.push_back(tasks_.size() - 1);
    }
    for (int camera = 0; camera < spec.cameras(); ++camera) listen(node, camera);
    node.serve_parameters([this](const std::string& name, double value) { set(name, value); });
  }

  // Run jobs on a core until the queue is closed.
  void work(int core) {
    cpu_set_t cores;
    CPU_ZERO(&cores);
    CPU_SET(core, &cores);
    pthread_setaffinity_np(pthread_self(), sizeof(cores), &cores);
    std::map<std::string, std::unique_ptr<Runner>> runners;
    for (const Task& task : tasks_)
      if (auto& runner = runners[task.spec.kind]; !runner)
        runner = std::make_unique<Runner>(networks_, task.spec.kind);
    while (auto job = queue_.next()) {
      int64_t begin_ns = now_ns();
      run(*job, *runners[tasks_[job->task].spec.kind]);
      queue_.ended(job->task, now_ns() - begin_ns);
    }
  }

  void close() { queue_.close(); }

 private:
  void listen(Node& node, int camera) {
    std::vector<size_t> first;
    for (size_t at = 0; at < tasks_.size(); ++at)
      if (tasks_[at].spec.camera == camera && tasks_[at].spec.parent.empty()) first.push_back(at);
    if (first.empty()) return;
    auto number = std::make_shared<int64_t>(0);
    node.subscribe(Type::kImage, tasks_[first.front()].spec.topic, [this, first, number](Message m) {
      auto frame = std::make_shared<Frame>();
      frame->image = read_image(m->buffer, m->buffer_length);
      frame->message = std::move(m);
      frame->number = ++*number;
      for (size_t task : first) queue_.push({task, frame, {}, 0});
    });
  }

  void set(const std::string& name, double value) {
    auto found = places_.find(name.substr(0, name.find('.')));
    if (found != places_.end())
      queue_.set_deadline(found->second, static_cast<int64_t>(value * 1e6));
  }

  void run(const Job& job, Runner& runner) {
    Task& task = tasks_[job.task];
    const ImageView& image = job.frame->image;
    std::vector<Box> boxes;
    std::vector<uint8_t> answer;
    if (task.spec.kind == "depth") {
      answer = write_depth(runner.depth(image.picture), image.header);
    } else if (task.spec.parent.empty()) {
      boxes = runner.boxes(image.picture);
      answer = write_boxes(boxes, image.header);
    } else {
      auto passed = task.last_frame ? job.frame->number - task.last_frame : 1;
      task.last_frame = job.frame->number;
      boxes = task.tracker.update(job.boxes, runner.looks(image.picture, job.boxes),
                                  static_cast<double>(passed));
      answer = write_boxes(boxes, image.header);
    }
    task.publisher->publish(answer);
    for (size_t next : task.after) queue_.push({next, job.frame, boxes, 0});
  }

  const Networks& networks_;
  std::vector<Task> tasks_;
  std::map<std::string, size_t> places_;
  JobQueue queue_;
};

std::vector<int> allowed_cores() {
  cpu_set_t cores;
  CPU_ZERO(&cores);
  sched_getaffinity(0, sizeof(cores), &cores);
  std::vector<int> found;
  for (int core = 0; core < CPU_SETSIZE; ++core)
    if (CPU_ISSET(core, &cores)) found.push_back(core);
  return found;
}

}  // namespace

int run_edf(const Spec& spec, const Arguments& arguments) {
  Networks networks(spec);
  Node node(arguments.count, arguments.values, "cpp_edf");
  Scheduler scheduler(spec, networks, node);
  std::vector<std::thread> workers;
  for (int core : allowed_cores())
    workers.emplace_back([&scheduler, core] { scheduler.work(core); });
  node.spin();
  scheduler.close();
  for (std::thread& worker : workers) worker.join();
  return 0;
}

}  // namespace peer
