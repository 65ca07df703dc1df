// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "programs.hpp"

#include <algorithm>

#include "decode.hpp"

namespace peer {

Networks::Networks(const Spec& spec, const std::vector<std::string>& kinds)
    : spec_(spec), runtime_(spec.library) {
  for (const auto& [kind, network] : spec.networks)
    if (kinds.empty() || std::find(kinds.begin(), kinds.end(), kind) != kinds.end())
      sessions_[kind] = std::make_unique<Session>(runtime_, network.file);
}

Runner::Runner(const Networks& networks, const std::string& kind)
    : spec_(networks.spec_of(kind)), session_(networks.session_of(kind)),
      preprocessor_(spec_.input) {
  if (spec_.decoder == Decoder::kEmbedding)
    batch_ = session_.fixed_rows() ? session_.fixed_rows() : spec_.max_batch;
  input_.resize(static_cast<size_t>(batch_) * 3 * spec_.input.width * spec_.input.height);
}

std::vector<int64_t> Runner::shape(int64_t rows) const {
  const InputSpec& input = spec_.input;
  if (input.nhwc) return {rows, input.height, input.width, 3};
  return {rows, 3, input.height, input.width};
}

std::vector<Box> Runner::boxes(const Picture& picture) {
  Transform transform = preprocessor_.prepare(picture, input_.data());
  Output output = session_.run(input_, shape(1));
  return decode_yolox(spec_, output.data(), output.size(), transform, picture);
}

Depth Runner::depth(const Picture& picture) {
  preprocessor_.prepare(picture, input_.data());
  Output output = session_.run(input_, shape(1));
  return decode_depth(spec_, output.data(), output.size());
}

Vectors Runner::looks(const Picture& picture, const std::vector<Box>& boxes) {
  Vectors found;
  const size_t area = static_cast<size_t>(3) * spec_.input.width * spec_.input.height;
  const auto batch = static_cast<size_t>(batch_);
  for (size_t begin = 0; begin < boxes.size(); begin += batch) {
    const size_t rows = std::min(boxes.size() - begin, batch);
    // a network with a fixed number gets some rows that nobody asks for
    const size_t given = session_.fixed_rows() ? batch : rows;
    for (size_t row = 0; row < rows; ++row)
      preprocessor_.crop(picture, boxes[begin + row].sides, input_.data() + row * area);
    Output output = session_.run(input_, shape(static_cast<int64_t>(given)));
    found.length = output.size() / given;
    found.values.insert(found.values.end(), output.data(), output.data() + rows * found.length);
  }
  normalise(found);
  return found;
}

}  // namespace peer
