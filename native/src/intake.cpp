// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Waits for messages and takes them as they came over the wire, without the GIL.

#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include <pybind11/stl.h>

#include "parts.hpp"
#include "rcl.hpp"

using edge_sched::Rcl;
using edge_sched::RclBytes;
using edge_sched::RclMessageInfo;

namespace
{

// A message as it came; Python sees its bytes without copying them.
class Message
{
public:
  explicit Message(std::size_t expected)
  {
    bytes_.buffer_capacity = expected;
    bytes_.buffer = static_cast<std::uint8_t *>(std::malloc(expected));
    bytes_.allocator = edge_sched::plain_allocator();
    if (bytes_.buffer == nullptr) {
      throw std::bad_alloc();
    }
  }
  Message(const Message &) = delete;
  Message & operator=(const Message &) = delete;
  ~Message() {std::free(bytes_.buffer);}

  RclBytes * bytes() {return &bytes_;}
  py::buffer_info view() const
  {
    return py::buffer_info(
      bytes_.buffer, static_cast<py::ssize_t>(bytes_.buffer_length), /* readonly */ true);
  }

private:
  RclBytes bytes_{};
};

struct Taken
{
  std::size_t subscription;
  std::unique_ptr<Message> message;
  std::uint64_t sequence;
  std::string problem;
};

// rcl_wait_set_t begins with the subscriptions: those without a message are null after waiting
struct WaitSet
{
  const void ** subscriptions;
};

// Subscriptions of rclpy and what wakes their wait, all kept alive by their owner.
class Intake
{
public:
  Intake(
    std::uintptr_t wait_set, std::uintptr_t guard, const std::vector<std::uintptr_t> & addresses)
  : wait_set_(reinterpret_cast<WaitSet *>(wait_set)), guard_(reinterpret_cast<void *>(guard)),
    sizes_(addresses.size(), 1024)
  {
    for (std::uintptr_t address : addresses) {
      subscriptions_.push_back(reinterpret_cast<const void *>(address));
    }
    std::string problem;
    rcl_ = edge_sched::find_rcl(problem);
    if (rcl_ == nullptr) {
      throw std::runtime_error(problem);
    }
  }

  // Wait at most this long; return (subscription, message or None, sequence, problem) of each.
  py::list take(std::int64_t timeout_ns)
  {
    std::vector<Taken> taken;
    {
      py::gil_scoped_release released;
      wait(timeout_ns, taken);
    }
    py::list found;
    for (Taken & one : taken) {
      py::object message = py::none();
      if (one.message) {
        message = py::cast(std::move(one.message));
      }
      found.append(py::make_tuple(one.subscription, message, one.sequence, one.problem));
    }
    return found;
  }

private:
  void wait(std::int64_t timeout_ns, std::vector<Taken> & taken)
  {
    check(rcl_->clear(wait_set_));
    check(rcl_->add_guard(wait_set_, guard_, nullptr));
    for (const void * subscription : subscriptions_) {
      check(rcl_->add_subscription(wait_set_, subscription, nullptr));
    }
    const int code = rcl_->wait(wait_set_, timeout_ns);
    if (code == edge_sched::kTimeout) {
      return;
    }
    check(code);
    for (std::size_t index = 0; index < subscriptions_.size(); ++index) {
      if (wait_set_->subscriptions[index] != nullptr) {
        take_one(index, taken);
      }
    }
  }

  void take_one(std::size_t index, std::vector<Taken> & taken)
  {
    // as large as the last one, which a camera's next one is
    auto message = std::make_unique<Message>(sizes_[index]);
    RclMessageInfo info{};
    const int code = rcl_->take(subscriptions_[index], message->bytes(), &info, nullptr);
    if (code == edge_sched::kNothingTaken) {
      return;
    }
    if (code != edge_sched::kOk) {
      taken.push_back({index, nullptr, 0, edge_sched::last_error(code)});
      return;
    }
    sizes_[index] = message->bytes()->buffer_capacity;
    taken.push_back({index, std::move(message), info.publication_sequence_number, ""});
  }

  void check(int code) const
  {
    if (code != edge_sched::kOk) {
      throw std::runtime_error(edge_sched::last_error(code));
    }
  }

  const Rcl * rcl_ = nullptr;
  WaitSet * wait_set_;
  const void * guard_;
  std::vector<const void *> subscriptions_;
  std::vector<std::size_t> sizes_;
};

}  // namespace

void bind_intake(py::module_ & module)
{
  py::class_<Message>(module, "Message", py::buffer_protocol()).def_buffer(&Message::view);
  py::class_<Intake>(module, "Intake")
  .def(py::init<std::uintptr_t, std::uintptr_t, const std::vector<std::uintptr_t> &>())
  .def("take", &Intake::take);
}
