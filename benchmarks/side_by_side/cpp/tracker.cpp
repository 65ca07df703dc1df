// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0
#include "tracker.hpp"

#include <algorithm>
#include <cmath>

#include "assign.hpp"

namespace peer {
namespace {

// Defaults of the node's tracker.
constexpr double kMaxDistance = 0.55, kLowDistance = 0.5, kAppearance = 0.6, kTolerance = 1e-9;
constexpr float kHigh = 0.5f, kLow = 0.1f, kNew = 0.6f, kRemembered = 0.9f;
constexpr int kMinHits = 2, kMaxAge = 45;
constexpr double kMostFrames = 30;

double square(double x) { return x * x; }

double overlap(const double a[4], const double b[4]) {
  double width = std::max(0.0, std::min(a[2], b[2]) - std::max(a[0], b[0]));
  double height = std::max(0.0, std::min(a[3], b[3]) - std::max(a[1], b[1]));
  double sizes = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]);
  return width * height / std::max(sizes - width * height, 1e-9);
}

// (1 - DIoU) / 2, Zheng et al., "Distance-IoU Loss", AAAI 2020.
double place_distance(const double a[4], const double b[4]) {
  double apart = (square(a[0] + a[2] - b[0] - b[2]) + square(a[1] + a[3] - b[1] - b[3])) / 4;
  double diagonal = square(std::max(a[2], b[2]) - std::min(a[0], b[0])) +
                    square(std::max(a[3], b[3]) - std::min(a[1], b[1]));
  return (1 - overlap(a, b) + apart / std::max(diagonal, 1e-9)) / 2;
}

}  // namespace

std::vector<Box> Tracker::update(const std::vector<Box>& found, const Vectors& vectors,
                                 double frames) {
  for (Track& track : tracks_) {
    if (track.misses > 0) track.filter.keep_size();
    track.filter.predict(std::clamp(frames, 1.0, kMostFrames));
    ++track.misses;
    track.row = -1;
  }
  Rows high, low;
  for (size_t row = 0; row < found.size(); ++row) {
    if (found[row].score >= kHigh) high.push_back(static_cast<int>(row));
    else if (found[row].score >= kLow) low.push_back(static_cast<int>(row));
  }
  Rows known = tracks_where(true), fresh = tracks_where(false);
  high = match(found, vectors, high, known, false);
  Rows left;
  for (int track : known)
    // one miss is that of this frame
    if (tracks_[track].row < 0 && tracks_[track].misses == 1) left.push_back(track);
  match(found, vectors, low, left, true);
  high = match(found, vectors, high, fresh, false);
  for (int row : high)
    if (found[row].score >= kNew) {
      tracks_.push_back({BoxFilter(found[row]), found[row].class_id});
      tracks_.back().row = row;
    }
  remember(found, vectors);
  return numbered(found);
}

Tracker::Rows Tracker::tracks_where(bool numbered) const {
  Rows rows;
  for (size_t at = 0; at < tracks_.size(); ++at)
    if ((tracks_[at].number > 0) == numbered) rows.push_back(static_cast<int>(at));
  return rows;
}

double Tracker::distance(const Box& box, const float* look, const Track& track, bool looks) const {
  double a[4], b[4];
  std::copy(box.sides, box.sides + 4, a);
  track.filter.box(b);
  if (!look) return 1 - overlap(a, b);
  if (!looks) return place_distance(a, b);
  float alike = 0;
  for (size_t at = 0; at < track.look.size(); ++at) alike += look[at] * track.look[at];
  double unlike = std::clamp(1.0 - alike, 0.0, 1.0);
  return (1 - kAppearance) * place_distance(a, b) + kAppearance * unlike;
}

Tracker::Rows Tracker::match(const std::vector<Box>& found, const Vectors& vectors,
                             const Rows& candidates, const Rows& tracks, bool low) {
  if (candidates.empty() || tracks.empty()) return candidates;
  const double limit = low ? kLowDistance : kMaxDistance;
  bool looks = std::all_of(tracks.begin(), tracks.end(),
                           [&](int track) { return !tracks_[track].look.empty(); });
  std::vector<double> worth;
  for (int row : candidates)
    for (int at : tracks) {
      const Track& track = tracks_[at];
      bool same = found[row].class_id == track.class_id;
      const float* look = low ? nullptr : vectors.of(row);
      // a pair is worth what its distance is below the limit
      worth.push_back(same ? std::min(distance(found[row], look, track, looks) - limit - kTolerance,
                                      0.0)
                           : 0.0);
    }
  std::vector<char> taken(candidates.size());
  for (auto [row, column] :
       assign(worth, static_cast<int>(candidates.size()), static_cast<int>(tracks.size()))) {
    if (!(worth[row * tracks.size() + column] < 0)) continue;
    Track& track = tracks_[tracks[column]];
    track.filter.correct(found[candidates[row]]);
    ++track.hits;
    track.misses = 0;
    track.row = candidates[row];
    taken[row] = 1;
  }
  Rows left;
  for (size_t at = 0; at < candidates.size(); ++at)
    if (!taken[at]) left.push_back(candidates[at]);
  return left;
}

void Tracker::remember(const std::vector<Box>& found, const Vectors& vectors) {
  for (Track& track : tracks_) {
    if (track.row < 0 || found[track.row].score < kHigh) continue;
    const float* look = vectors.of(track.row);
    if (track.look.empty()) {
      track.look.assign(look, look + vectors.length);
      continue;
    }
    float sum = 0;
    for (size_t at = 0; at < vectors.length; ++at) {
      float mixed = kRemembered * track.look[at] + (1 - kRemembered) * look[at];
      track.look[at] = mixed;
      sum += mixed * mixed;
    }
    float length = std::max(std::sqrt(sum), 1e-9f);
    for (float& value : track.look) value /= length;
  }
}

std::vector<Box> Tracker::numbered(const std::vector<Box>& found) {
  std::vector<Box> shown(found);
  for (Track& track : tracks_) {
    if (track.hits < kMinHits) continue;
    if (!track.number) track.number = ++last_number_;
    if (track.row >= 0) shown[track.row].track = track.number;
  }
  shown.erase(std::remove_if(shown.begin(), shown.end(), [](const Box& b) { return !b.track; }),
              shown.end());
  tracks_.erase(std::remove_if(tracks_.begin(), tracks_.end(), [](const Track& track) {
    return track.misses > (track.number ? kMaxAge : track.hits);
  }), tracks_.end());
  return shown;
}

}  // namespace peer
