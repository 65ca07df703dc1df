// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include <map>
#include <memory>

#include "messages.hpp"
#include "modes.hpp"
#include "programs.hpp"
#include "ros.hpp"

namespace peer {
namespace {

// How many images and boxes wait for each other, as users of message_filters have it.
constexpr size_t kKept = 10;

// Keeps images and boxes until both of one stamp are there.
class Pairing {
 public:
  std::map<int64_t, Message> images, boxes;

  bool has_both(int64_t stamp) const { return images.count(stamp) && boxes.count(stamp); }
  void forget_until(int64_t stamp) {
    for (auto* kept : {&images, &boxes}) kept->erase(kept->begin(), kept->upper_bound(stamp));
  }
  void limit() {
    for (auto* kept : {&images, &boxes})
      while (kept->size() > kKept) kept->erase(kept->begin());
  }
};

// One task of a network: what it publishes, and what it remembers.
struct Task {
  TaskSpec spec;
  Runner& runner;
  std::unique_ptr<Publisher> publisher;
  Pairing pairing{};
  Tracker tracker{};

  void on_image(const Message& message) {
    ImageView image = read_image(message->buffer, message->buffer_length);
    auto answer = spec.kind == "depth"
                      ? write_depth(runner.depth(image.picture), image.header)
                      : write_boxes(runner.boxes(image.picture), image.header);
    publisher->publish(answer);
  }

  void on_pair(int64_t stamp) {
    if (!pairing.has_both(stamp)) {
      pairing.limit();
      return;
    }
    const Message image_message = pairing.images[stamp], boxes_message = pairing.boxes[stamp];
    pairing.forget_until(stamp);
    ImageView image = read_image(image_message->buffer, image_message->buffer_length);
    Header header;
    auto boxes = read_boxes(boxes_message->buffer, boxes_message->buffer_length, header);
    auto tracks = tracker.update(boxes, runner.looks(image.picture, boxes), 1);
    auto answer = write_boxes(tracks, image.header);
    publisher->publish(answer);
  }

  void listen(Node& node, const Spec& all) {
    if (spec.parent.empty()) {
      node.subscribe(Type::kImage, spec.topic, [this](Message m) { on_image(m); });
      return;
    }
    node.subscribe(Type::kImage, spec.topic, [this](Message m) {
      int64_t stamp = read_image(m->buffer, m->buffer_length).header.stamp_ns();
      pairing.images[stamp] = std::move(m);
      on_pair(stamp);
    });
    node.subscribe(Type::kBoxes, all.task(spec.parent).result_topic, [this](Message m) {
      Header header;
      read_boxes(m->buffer, m->buffer_length, header);
      int64_t stamp = header.stamp_ns();
      pairing.boxes[stamp] = std::move(m);
      on_pair(stamp);
    });
  }
};

}  // namespace

int run_networks(const Spec& spec, const Arguments& arguments) {
  std::vector<std::string> kinds;
  for (const auto& name : arguments.tasks) kinds.push_back(spec.task(name).kind);
  Networks networks(spec, kinds);
  std::map<std::string, std::unique_ptr<Runner>> runners;
  for (const auto& kind : kinds)
    if (!runners.count(kind)) runners[kind] = std::make_unique<Runner>(networks, kind);
  Node node(arguments.count, arguments.values, "cpp_" + kinds.front());
  std::vector<std::unique_ptr<Task>> tasks;
  for (const auto& name : arguments.tasks) {
    const TaskSpec& task = spec.task(name);
    Type type = task.kind == "depth" ? Type::kImage : Type::kBoxes;
    tasks.push_back(std::unique_ptr<Task>(
        new Task{task, *runners[task.kind], node.advertise(type, task.result_topic)}));
    tasks.back()->listen(node, spec);
  }
  node.spin();
  return 0;
}

}  // namespace peer
