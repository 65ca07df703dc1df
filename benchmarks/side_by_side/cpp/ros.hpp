// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// A ROS node directly on rcl: serialised messages in and out, copied once by the middleware.
#pragma once

#include <rcl/rcl.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace peer {

// A serialised message; it goes back to its pool when nobody uses it.
using Message = std::shared_ptr<rcl_serialized_message_t>;

class MessagePool {
 public:
  Message take();

 private:
  struct Store {
    std::mutex mutex;
    std::vector<std::unique_ptr<rcl_serialized_message_t>> free;
    ~Store();
  };
  std::shared_ptr<Store> store_ = std::make_shared<Store>();
};

enum class Type { kImage, kBoxes };

class Publisher {
 public:
  // The node must outlive it.
  Publisher(rcl_node_t& node, Type type, const std::string& topic);
  ~Publisher();
  Publisher(const Publisher&) = delete;
  // Send a serialised message where anybody listens; threads may call it at the same time.
  void publish(std::vector<uint8_t>& message);

 private:
  rcl_node_t& node_;
  rcl_publisher_t publisher_ = rcl_get_zero_initialized_publisher();
};

class Node {
 public:
  // `arguments`: of the process, for --ros-args.
  Node(int count, char** arguments, const std::string& name);
  ~Node();
  Node(const Node&) = delete;

  // Images and boxes of best effort, the newest one only.
  void subscribe(Type type, const std::string& topic, std::function<void(Message)> callback);
  std::unique_ptr<Publisher> advertise(Type type, const std::string& topic);
  // Offer the service that sets parameters; `callback` gets each number by name.
  void serve_parameters(std::function<void(const std::string&, double)> callback);
  // Call back until SIGINT or SIGTERM.
  void spin();

 private:
  struct Subscription {
    rcl_subscription_t handle;
    std::function<void(Message)> callback;
  };

  void take(Subscription& subscription);
  void answer_parameters();

  rcl_context_t context_ = rcl_get_zero_initialized_context();
  rcl_node_t node_ = rcl_get_zero_initialized_node();
  rcl_service_t service_ = rcl_get_zero_initialized_service();
  std::vector<std::unique_ptr<Subscription>> subscriptions_;
  std::function<void(const std::string&, double)> set_parameter_;
  MessagePool pool_;
};

}  // namespace peer
