// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// The functions of rcl that are used, found in the library that rclpy has loaded. Nothing is
// linked: where a function is missing, the interpreter's way is taken.

#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace edge_sched
{

// rcutils_allocator_t and rcutils_uint8_array_t: the same from Humble to Kilted
struct RclAllocator
{
  void * (*allocate)(std::size_t, void *);
  void (*deallocate)(void *, void *);
  void * (*reallocate)(void *, std::size_t, void *);
  void * (*zero_allocate)(std::size_t, std::size_t, void *);
  void * state;
};

struct RclBytes
{
  std::uint8_t * buffer;
  std::size_t buffer_length;
  std::size_t buffer_capacity;
  RclAllocator allocator;
};

// rmw_message_info_t: its beginning, and more room than any version needs
struct RclMessageInfo
{
  std::int64_t source_timestamp_ns;
  std::int64_t received_timestamp_ns;
  std::uint64_t publication_sequence_number;
  unsigned char rest[232];
};

constexpr int kOk = 0;
constexpr int kTimeout = 2;
constexpr int kNothingTaken = 401;

// Entities are passed as rclpy's handles give them: as addresses.
struct Rcl
{
  int (*publish)(const void * publisher, const RclBytes *, void * allocation);
  int (*count_subscriptions)(const void * publisher, std::size_t * count);
  int (*take)(const void * subscription, RclBytes *, RclMessageInfo *, void * allocation);
  int (*wait)(void * wait_set, std::int64_t timeout_ns);
  int (*clear)(void * wait_set);
  int (*add_subscription)(void * wait_set, const void * subscription, std::size_t * index);
  int (*add_guard)(void * wait_set, const void * guard_condition, std::size_t * index);
};

// Return the functions, or null and why: for example a library that is not loaded.
const Rcl * find_rcl(std::string & problem);

// Return what rcl says about the last error of this thread, and forget it.
std::string last_error(int code);

// An allocator that uses malloc and free.
RclAllocator plain_allocator();

}  // namespace edge_sched
