// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "onnx.hpp"

#include <dlfcn.h>

#include <algorithm>
#include <stdexcept>
#include <utility>

namespace peer {
namespace {

// The version whose table is asked for; later libraries offer it, too.
constexpr uint32_t kApiVersion = 13;
// Places in the table (struct OrtApi of onnxruntime_c_api.h).
enum Place : int {
  kGetErrorMessage = 2,
  kCreateEnv = 3,
  kCreateSession = 7,
  kRun = 9,
  kCreateSessionOptions = 10,
  kSetIntraOpNumThreads = 24,
  kSetInterOpNumThreads = 25,
  kSessionGetInputTypeInfo = 33,
  kSessionGetInputName = 36,
  kSessionGetOutputName = 37,
  kCreateTensorWithData = 49,
  kGetTensorMutableData = 51,
  kCastToTensorInfo = 55,
  kGetDimensionsCount = 61,
  kGetDimensions = 62,
  kGetTensorShapeElementCount = 64,
  kGetTensorTypeAndShape = 65,
  kCreateCpuMemoryInfo = 69,
  kAllocatorFree = 76,
  kGetDefaultAllocator = 78,
  kReleaseStatus = 93,
  kReleaseValue = 96,
  kReleaseTypeInfo = 98,
  kReleaseTensorShape = 99,
  kReleaseSessionOptions = 100,
  kAddSessionConfigEntry = 130,
  kCreateAndRegisterAllocator = 144,
};
constexpr int kErrorsOnly = 3, kArena = 1, kDefaultMemory = 0, kFloat = 1;

struct ApiBase {
  void* const* (*get_api)(uint32_t version);
  const char* (*version)();
};

template <typename Result, typename... Arguments>
Result call(const Runtime& runtime, int place, Arguments... arguments) {
  return reinterpret_cast<Result (*)(Arguments...)>(runtime.api()[place])(arguments...);
}

template <typename... Arguments>
void run_checked(const Runtime& runtime, int place, Arguments... arguments) {
  runtime.check(call<void*>(runtime, place, arguments...));
}

}  // namespace

Runtime::Runtime(const std::string& library) {
  void* handle = dlopen(library.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!handle) throw std::runtime_error(library + ": " + dlerror());
  auto base = reinterpret_cast<ApiBase* (*)()>(dlsym(handle, "OrtGetApiBase"));
  api_ = base ? base()->get_api(kApiVersion) : nullptr;
  if (!api_) throw std::runtime_error(library + ": no ONNX Runtime of version 1.13 or later");
  run_checked(*this, kCreateEnv, kErrorsOnly, "peer", &env_);
  run_checked(*this, kCreateCpuMemoryInfo, kArena, kDefaultMemory, &memory_);
  // one arena for all networks, as in the node: memory is in the cache already
  run_checked(*this, kCreateAndRegisterAllocator, env_, memory_, static_cast<void*>(nullptr));
}

void Runtime::check(void* status) const {
  if (!status) return;
  std::string message = call<const char*>(*this, kGetErrorMessage, status);
  call<void>(*this, kReleaseStatus, status);
  throw std::runtime_error("ONNX Runtime: " + message);
}

Output::Output(const Runtime& runtime, void* value) : runtime_(&runtime), value_(value) {
  void* shape = nullptr;
  run_checked(runtime, kGetTensorTypeAndShape, value, &shape);
  run_checked(runtime, kGetTensorShapeElementCount, shape, &size_);
  call<void>(runtime, kReleaseTensorShape, shape);
  run_checked(runtime, kGetTensorMutableData, value, &data_);
}

Output::Output(Output&& other) noexcept
    : runtime_(other.runtime_), value_(std::exchange(other.value_, nullptr)), data_(other.data_),
      size_(other.size_) {}

Output::~Output() {
  if (value_) call<void>(*runtime_, kReleaseValue, value_);
}

Session::Session(const Runtime& runtime, const std::string& file) : runtime_(runtime) {
  void* options = nullptr;
  run_checked(runtime, kCreateSessionOptions, &options);
  run_checked(runtime, kSetIntraOpNumThreads, options, 1);
  run_checked(runtime, kSetInterOpNumThreads, options, 1);
  run_checked(runtime, kAddSessionConfigEntry, options, "session.intra_op.allow_spinning", "0");
  run_checked(runtime, kAddSessionConfigEntry, options, "session.use_env_allocators", "1");
  run_checked(runtime, kCreateSession, runtime.env(), file.c_str(), options, &session_);
  call<void>(runtime, kReleaseSessionOptions, options);
  input_ = name_of(kSessionGetInputName);
  output_ = name_of(kSessionGetOutputName);
  fixed_rows_ = std::max<int64_t>(0, first_side());
}

int64_t Session::first_side() const {
  void* type = nullptr;
  const void* tensor = nullptr;
  size_t count = 0;
  run_checked(runtime_, kSessionGetInputTypeInfo, session_, size_t{0}, &type);
  run_checked(runtime_, kCastToTensorInfo, static_cast<const void*>(type), &tensor);
  run_checked(runtime_, kGetDimensionsCount, tensor, &count);
  std::vector<int64_t> sides(count);
  run_checked(runtime_, kGetDimensions, tensor, sides.data(), count);
  call<void>(runtime_, kReleaseTypeInfo, type);
  return sides.empty() ? 0 : sides.front();
}

std::string Session::name_of(int function) const {
  void* allocator = nullptr;
  char* name = nullptr;
  run_checked(runtime_, kGetDefaultAllocator, &allocator);
  run_checked(runtime_, function, session_, size_t{0}, allocator, &name);
  std::string found = name;
  run_checked(runtime_, kAllocatorFree, allocator, static_cast<void*>(name));
  return found;
}

Output Session::run(std::vector<float>& input, const std::vector<int64_t>& shape) const {
  size_t count = 1;
  for (int64_t side : shape) count *= static_cast<size_t>(side);
  if (count > input.size()) throw std::runtime_error("the input is smaller than its shape");
  void* tensor = nullptr;
  run_checked(runtime_, kCreateTensorWithData, runtime_.memory(),
              static_cast<void*>(input.data()), count * sizeof(float), shape.data(), shape.size(),
              kFloat, &tensor);
  const char* inputs[] = {input_.c_str()};
  const char* outputs[] = {output_.c_str()};
  void* result = nullptr;
  void* status = call<void*>(runtime_, kRun, session_, static_cast<void*>(nullptr), inputs,
                             &tensor, size_t{1}, outputs, size_t{1}, &result);
  call<void>(runtime_, kReleaseValue, tensor);
  runtime_.check(status);
  return Output(runtime_, result);
}

}  // namespace peer
