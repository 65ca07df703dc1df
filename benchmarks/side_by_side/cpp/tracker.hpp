// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Association of boxes with tracks: the tracker the node uses by default, ByteTrack.
#pragma once

#include <cstdint>
#include <vector>

#include "box_filter.hpp"
#include "results.hpp"

namespace peer {

// Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every Detection Box", ECCV 2022,
// with the options and the mixed distance of the node's tracker.
class Tracker {
 public:
  // Return the boxes of tracks that have a number, in their order; `frames` since the last call.
  std::vector<Box> update(const std::vector<Box>& found, const Vectors& vectors, double frames);

 private:
  struct Track {
    BoxFilter filter;
    int class_id = 0;
    int hits = 1, misses = 0;
    int64_t number = 0;
    std::vector<float> look = {};
    int row = -1;
  };
  using Rows = std::vector<int>;

  Rows match(const std::vector<Box>& found, const Vectors& vectors, const Rows& candidates,
             const Rows& tracks, bool low);
  double distance(const Box& box, const float* look, const Track& track, bool looks) const;
  Rows tracks_where(bool numbered) const;
  void remember(const std::vector<Box>& found, const Vectors& vectors);
  std::vector<Box> numbered(const std::vector<Box>& found);

  std::vector<Track> tracks_;
  int64_t last_number_ = 0;
};

}  // namespace peer
