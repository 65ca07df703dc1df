// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "ros.hpp"

#include <rcl/error_handling.h>
#include <rcl_interfaces/srv/set_parameters_atomically.h>
#include <rmw/qos_profiles.h>
#include <sensor_msgs/msg/image.h>
#include <vision_msgs/msg/detection2_d_array.h>

#include <csignal>
#include <cstdio>
#include <stdexcept>

namespace peer {
namespace {

// How long a signal may wait to be seen.
constexpr int64_t kLookNs = 100'000'000;
// Queue of answers, as the node and the other contenders have it.
constexpr size_t kResults = 10;

// What goes wrong at the end cannot be mended any more.
template <typename Code>
void ignore(Code) {}

volatile std::sig_atomic_t stop_asked = 0;

void check(rcl_ret_t code, const std::string& what) {
  if (code == RCL_RET_OK) return;
  std::string why = rcl_get_error_string().str;
  rcl_reset_error();
  throw std::runtime_error(what + ": " + why);
}

const rosidl_message_type_support_t* support_of(Type type) {
  if (type == Type::kImage) return ROSIDL_GET_MSG_TYPE_SUPPORT(sensor_msgs, msg, Image);
  return ROSIDL_GET_MSG_TYPE_SUPPORT(vision_msgs, msg, Detection2DArray);
}

}  // namespace

MessagePool::Store::~Store() {
  for (auto& message : free) ignore(rcutils_uint8_array_fini(message.get()));
}

Message MessagePool::take() {
  std::unique_ptr<rcl_serialized_message_t> message;
  {
    std::lock_guard<std::mutex> lock(store_->mutex);
    if (!store_->free.empty()) {
      message = std::move(store_->free.back());
      store_->free.pop_back();
    }
  }
  if (!message) {
    message = std::make_unique<rcl_serialized_message_t>(rcutils_get_zero_initialized_uint8_array());
    auto allocator = rcutils_get_default_allocator();
    if (rcutils_uint8_array_init(message.get(), 0, &allocator) != RCUTILS_RET_OK)
      throw std::bad_alloc();
  }
  return Message(message.release(), [store = store_](rcl_serialized_message_t* back) {
    std::lock_guard<std::mutex> lock(store->mutex);
    store->free.emplace_back(back);
  });
}

Publisher::Publisher(rcl_node_t& node, Type type, const std::string& topic) : node_(node) {
  auto options = rcl_publisher_get_default_options();
  options.qos.depth = kResults;
  check(rcl_publisher_init(&publisher_, &node, support_of(type), topic.c_str(), &options), topic);
}

Publisher::~Publisher() { ignore(rcl_publisher_fini(&publisher_, &node_)); }

void Publisher::publish(std::vector<uint8_t>& message) {
  size_t listeners = 0;
  check(rcl_publisher_get_subscription_count(&publisher_, &listeners), "listeners");
  if (!listeners) return;
  rcl_serialized_message_t view = rcutils_get_zero_initialized_uint8_array();
  view.buffer = message.data();
  view.buffer_length = view.buffer_capacity = message.size();
  view.allocator = rcutils_get_default_allocator();
  check(rcl_publish_serialized_message(&publisher_, &view, nullptr), "publish");
}

Node::Node(int count, char** arguments, const std::string& name) {
  auto options = rcl_get_zero_initialized_init_options();
  check(rcl_init_options_init(&options, rcl_get_default_allocator()), "options");
  check(rcl_init(count, arguments, &options, &context_), "rcl_init");
  check(rcl_init_options_fini(&options), "options");
  auto node_options = rcl_node_get_default_options();
  node_options.enable_rosout = false;
  check(rcl_node_init(&node_, name.c_str(), "", &context_, &node_options), name);
}

Node::~Node() {
  for (auto& one : subscriptions_) ignore(rcl_subscription_fini(&one->handle, &node_));
  if (set_parameter_) ignore(rcl_service_fini(&service_, &node_));
  ignore(rcl_node_fini(&node_));
  ignore(rcl_shutdown(&context_));
  ignore(rcl_context_fini(&context_));
}

void Node::subscribe(Type type, const std::string& topic, std::function<void(Message)> callback) {
  auto added = std::make_unique<Subscription>();
  added->handle = rcl_get_zero_initialized_subscription();
  added->callback = std::move(callback);
  auto options = rcl_subscription_get_default_options();
  options.qos = rmw_qos_profile_sensor_data;
  options.qos.depth = 1;
  check(rcl_subscription_init(&added->handle, &node_, support_of(type), topic.c_str(), &options),
        topic);
  subscriptions_.push_back(std::move(added));
}

std::unique_ptr<Publisher> Node::advertise(Type type, const std::string& topic) {
  return std::make_unique<Publisher>(node_, type, topic);
}

void Node::serve_parameters(std::function<void(const std::string&, double)> callback) {
  set_parameter_ = std::move(callback);
  auto options = rcl_service_get_default_options();
  options.qos = rmw_qos_profile_parameters;
  auto support = ROSIDL_GET_SRV_TYPE_SUPPORT(rcl_interfaces, srv, SetParametersAtomically);
  const char* name = "~/set_parameters_atomically";
  check(rcl_service_init(&service_, &node_, support, name, &options), name);
}

void Node::take(Subscription& subscription) {
  Message message = pool_.take();
  rcl_ret_t code =
      rcl_take_serialized_message(&subscription.handle, message.get(), nullptr, nullptr);
  if (code == RCL_RET_SUBSCRIPTION_TAKE_FAILED) return;
  check(code, "take");
  try {
    subscription.callback(std::move(message));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "a message is left out: %s\n", error.what());
  }
}

void Node::answer_parameters() {
  rcl_interfaces__srv__SetParametersAtomically_Request request;
  rcl_interfaces__srv__SetParametersAtomically_Response response;
  if (!rcl_interfaces__srv__SetParametersAtomically_Request__init(&request) ||
      !rcl_interfaces__srv__SetParametersAtomically_Response__init(&response))
    throw std::bad_alloc();
  rmw_request_id_t id;
  rcl_ret_t code = rcl_take_request(&service_, &id, &request);
  if (code == RCL_RET_OK) {
    for (size_t at = 0; at < request.parameters.size; ++at) {
      const auto& parameter = request.parameters.data[at];
      set_parameter_(parameter.name.data, parameter.value.double_value);
    }
    response.result.successful = true;
    check(rcl_send_response(&service_, &id, &response), "answer");
  }
  rcl_interfaces__srv__SetParametersAtomically_Request__fini(&request);
  rcl_interfaces__srv__SetParametersAtomically_Response__fini(&response);
}

void Node::spin() {
  for (int signal : {SIGINT, SIGTERM}) std::signal(signal, [](int) { stop_asked = 1; });
  const size_t services = set_parameter_ ? 1 : 0;
  auto set = rcl_get_zero_initialized_wait_set();
  check(rcl_wait_set_init(&set, subscriptions_.size(), 0, 0, 0, services, 0, &context_,
                          rcl_get_default_allocator()),
        "wait set");
  while (!stop_asked) {
    check(rcl_wait_set_clear(&set), "wait set");
    for (auto& one : subscriptions_)
      check(rcl_wait_set_add_subscription(&set, &one->handle, nullptr), "wait set");
    if (services) check(rcl_wait_set_add_service(&set, &service_, nullptr), "wait set");
    rcl_ret_t code = rcl_wait(&set, kLookNs);
    if (code == RCL_RET_TIMEOUT) continue;
    check(code, "wait");
    for (size_t at = 0; at < subscriptions_.size(); ++at)
      if (set.subscriptions[at]) take(*subscriptions_[at]);
    if (services && set.services[0]) answer_parameters();
  }
  check(rcl_wait_set_fini(&set), "wait set");
}

}  // namespace peer
