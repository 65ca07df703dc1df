// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
// Association of detections with tracks in two stages, as perception/trackers/bytetrack.py.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "box_filter.hpp"

namespace edge_sched
{

// Options of the tracker, as the Python class has them.
struct TrackerOptions
{
  double max_age_frames;
  double min_hits;
  double appearance_weight;
  double max_distance;
  double high_score;
  double low_score;
  double new_score;
  // more are not kept; the longest unseen go first
  double most_tracks;
};

// The detections of one frame. Scores are NaN or below zero where a box is not finite.
struct Seen
{
  std::vector<Four> boxes;
  std::vector<double> scores;
  const std::int64_t * class_ids;
  // one of `dimensions` per detection; null without appearance
  const float * vectors;
  std::size_t dimensions;
};

struct Track
{
  BoxFilter filter;
  std::int64_t class_id;
  std::int64_t hits = 1;
  std::int64_t misses = 0;
  // 0 until it has one
  std::int64_t number = 0;
  // empty where not known
  std::vector<float> look{};
  // its detection in this frame, -1 for none yet
  std::ptrdiff_t row = -1;
};

class Tracks
{
public:
  // Rows of the detections of tracks that are shown, ascending, and the numbers of the tracks.
  using Shown = std::vector<std::pair<std::int64_t, std::int64_t>>;

  Shown update(const Seen & seen, double frames, const TrackerOptions & options);
  // Forget all tracks; numbering continues.
  void clear() {tracks_.clear();}
  std::size_t size() const {return tracks_.size();}

private:
  using Rows = std::vector<std::size_t>;
  using Distance = std::function<double (std::size_t, const Track &)>;

  void match(
    const Seen & seen, Rows & candidates, const Rows & tracks, const Distance & distance,
    double limit);
  void match_high(
    const Seen & seen, Rows & candidates, const Rows & tracks, const TrackerOptions & options);
  void remember(const Seen & seen, double from_high);
  Shown numbered(const TrackerOptions & options);
  void forget(const TrackerOptions & options);

  std::vector<Track> tracks_;
  std::int64_t last_number_ = 0;
};

}  // namespace edge_sched
