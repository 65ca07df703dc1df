// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "rcl.hpp"

#include <dlfcn.h>

#include <cstdlib>

namespace edge_sched
{
namespace
{

// rcutils_error_string_t
struct ErrorText
{
  char text[1024];
};

ErrorText (* error_text)() = nullptr;
void (* reset_error)() = nullptr;

void * allocate(std::size_t size, void *) {return std::malloc(size);}
void deallocate(void * at, void *) {std::free(at);}
void * reallocate(void * at, std::size_t size, void *) {return std::realloc(at, size);}
void * zero_allocate(std::size_t count, std::size_t size, void *)
{
  return std::calloc(count, size);
}

// The library as far as it is loaded: one of our own would not know rclpy's entities.
void * loaded(const char * name)
{
  return dlopen(name, RTLD_LAZY | RTLD_NOLOAD);
}

template<typename Function>
bool find(void * library, const char * name, Function & found, std::string & problem)
{
  found = reinterpret_cast<Function>(dlsym(library, name));
  if (found == nullptr) {
    problem = std::string(name) + " is missing in this rcl";
  }
  return found != nullptr;
}

bool find_all(Rcl & rcl, std::string & problem)
{
  void * library = loaded("librcl.so");
  void * utilities = loaded("librcutils.so");
  if (library == nullptr || utilities == nullptr) {
    problem = "rcl is not loaded";
    return false;
  }
  return find(library, "rcl_publish_serialized_message", rcl.publish, problem) &&
         find(library, "rcl_publisher_get_subscription_count", rcl.count_subscriptions, problem) &&
         find(library, "rcl_take_serialized_message", rcl.take, problem) &&
         find(library, "rcl_wait", rcl.wait, problem) &&
         find(library, "rcl_wait_set_clear", rcl.clear, problem) &&
         find(library, "rcl_wait_set_add_subscription", rcl.add_subscription, problem) &&
         find(library, "rcl_wait_set_add_guard_condition", rcl.add_guard, problem) &&
         find(utilities, "rcutils_get_error_string", error_text, problem) &&
         find(utilities, "rcutils_reset_error", reset_error, problem);
}

}  // namespace

const Rcl * find_rcl(std::string & problem)
{
  // called with the GIL held
  static Rcl rcl;
  static bool found = false;
  if (!found) {
    found = find_all(rcl, problem);
  }
  return found ? &rcl : nullptr;
}

std::string last_error(int code)
{
  std::string text = error_text().text;
  reset_error();
  return text + " (code " + std::to_string(code) + ")";
}

RclAllocator plain_allocator()
{
  return {allocate, deallocate, reallocate, zero_allocate, nullptr};
}

}  // namespace edge_sched
