// Copyright 2026 The edge_sched_ros authors
// SPDX-License-Identifier: Apache-2.0

#include "tracks.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "assign.hpp"

namespace edge_sched
{
namespace
{

// maximum distance (1 - IoU) of a match with a detection of a low score
constexpr double kLowDistance = 0.5;
// share of the former appearance of a track in its next one
constexpr double kRemembered = 0.9;

// Four sums side by side: a single one would wait for each addition.
float product(const float * a, const float * b, std::size_t size)
{
  float sums[4] = {};
  std::size_t at = 0;
  for (; at + 4 <= size; at += 4) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      sums[lane] += a[at + lane] * b[at + lane];
    }
  }
  float total = (sums[0] + sums[1]) + (sums[2] + sums[3]);
  for (; at < size; ++at) {
    total += a[at] * b[at];
  }
  return total;
}

void mix(std::vector<float> & look, const float * seen)
{
  const auto before = static_cast<float>(kRemembered);
  const auto now = static_cast<float>(1 - kRemembered);
  for (std::size_t at = 0; at < look.size(); ++at) {
    look[at] = before * look[at] + now * seen[at];
  }
  const float length = std::sqrt(product(look.data(), look.data(), look.size()));
  const float least = std::max(length, 1e-9f);
  for (float & value : look) {
    value /= least;
  }
}

}  // namespace

Tracks::Shown Tracks::update(
  const Seen & seen, double frames, const TrackerOptions & options)
{
  const double from_high = std::min(options.high_score, options.new_score);
  Rows high, low, known, fresh, left;
  for (std::size_t row = 0; row < seen.scores.size(); ++row) {
    if (seen.scores[row] >= from_high) {
      high.push_back(row);
    } else if (seen.scores[row] >= options.low_score) {
      low.push_back(row);
    }
  }
  for (std::size_t at = 0; at < tracks_.size(); ++at) {
    Track & track = tracks_[at];
    if (track.misses > 0) {
      track.filter.keep_size();
    }
    track.filter.predict(frames);
    track.misses += 1;
    track.row = -1;
    (track.number > 0 ? known : fresh).push_back(at);
  }
  match_high(seen, high, known, options);
  for (const std::size_t at : known) {
    // one miss is that of this frame
    if (tracks_[at].row < 0 && tracks_[at].misses == 1) {
      left.push_back(at);
    }
  }
  const auto low_distance = [&seen](std::size_t row, const Track & track) {
      return 1 - overlap(seen.boxes[row], track.filter.box());
    };
  match(seen, low, left, low_distance, kLowDistance);
  match_high(seen, high, fresh, options);
  for (const std::size_t row : high) {
    if (seen.scores[row] >= options.new_score) {
      tracks_.push_back({BoxFilter(seen.boxes[row]), seen.class_ids[row]});
      tracks_.back().row = static_cast<std::ptrdiff_t>(row);
    }
  }
  if (seen.vectors != nullptr) {
    remember(seen, from_high);
  }
  Shown shown = numbered(options);
  forget(options);
  return shown;
}

// Match some detections with some tracks; candidates that are left stay.
void Tracks::match(
  const Seen & seen, Rows & candidates, const Rows & tracks, const Distance & distance,
  double limit)
{
  std::vector<double> distances;
  distances.reserve(candidates.size() * tracks.size());
  for (const std::size_t row : candidates) {
    for (const std::size_t at : tracks) {
      const Track & track = tracks_[at];
      const bool other = track.class_id != seen.class_ids[row];
      distances.push_back(
        other ? std::numeric_limits<double>::infinity() : distance(row, track));
    }
  }
  const auto pairs = assign(distances, candidates.size(), tracks.size(), limit);
  std::vector<bool> matched(candidates.size());
  for (const auto & [at, column] : pairs) {
    Track & track = tracks_[tracks[column]];
    track.filter.correct(seen.boxes[candidates[at]]);
    track.hits += 1;
    track.misses = 0;
    track.row = static_cast<std::ptrdiff_t>(candidates[at]);
    matched[at] = true;
  }
  std::size_t kept = 0;
  for (std::size_t at = 0; at < candidates.size(); ++at) {
    if (!matched[at]) {
      candidates[kept++] = candidates[at];
    }
  }
  candidates.resize(kept);
}

// By places, mixed with appearances if those of all tracks are known.
void Tracks::match_high(
  const Seen & seen, Rows & candidates, const Rows & tracks, const TrackerOptions & options)
{
  const bool looks = seen.vectors != nullptr && std::all_of(
    tracks.begin(), tracks.end(), [&](std::size_t at) {
      return tracks_[at].look.size() == seen.dimensions && seen.dimensions > 0;
    });
  const double weight = options.appearance_weight;
  const auto distance = [&](std::size_t row, const Track & track) {
      const double place = place_distance(seen.boxes[row], track.filter.box());
      if (!looks) {
        return place;
      }
      const float * vector = seen.vectors + row * seen.dimensions;
      const double unlike =
        1 - static_cast<double>(product(vector, track.look.data(), seen.dimensions));
      return (1 - weight) * place + weight * less(greater(unlike, 0.0), 1.0);
    };
  match(seen, candidates, tracks, distance, options.max_distance);
}

// Update the appearance of the tracks that were seen well.
void Tracks::remember(const Seen & seen, double from_high)
{
  for (Track & track : tracks_) {
    if (track.row < 0 || !(seen.scores[track.row] >= from_high)) {
      continue;
    }
    const float * vector = seen.vectors + track.row * seen.dimensions;
    if (track.look.size() == seen.dimensions) {
      mix(track.look, vector);
    } else {
      track.look.assign(vector, vector + seen.dimensions);
    }
  }
}

Tracks::Shown Tracks::numbered(const TrackerOptions & options)
{
  Shown shown;
  for (Track & track : tracks_) {
    if (static_cast<double>(track.hits) < options.min_hits) {
      continue;
    }
    if (track.number == 0) {
      track.number = ++last_number_;
    }
    if (track.row >= 0) {
      shown.emplace_back(track.row, track.number);
    }
  }
  std::sort(shown.begin(), shown.end());
  return shown;
}

// Without a number it may be missed in as many frames in a row as it was seen in.
void Tracks::forget(const TrackerOptions & options)
{
  std::vector<bool> kept;
  for (const Track & track : tracks_) {
    const double allowed =
      track.number > 0 ? options.max_age_frames : static_cast<double>(track.hits);
    kept.push_back(static_cast<double>(track.misses) <= allowed);
  }
  const auto most = static_cast<std::size_t>(options.most_tracks);
  if (static_cast<std::size_t>(std::count(kept.begin(), kept.end(), true)) > most) {
    Rows order(tracks_.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(
      order.begin(), order.end(), [this](std::size_t a, std::size_t b) {
        return tracks_[a].misses < tracks_[b].misses;
      });
    for (std::size_t at = most; at < order.size(); ++at) {
      kept[order[at]] = false;
    }
  }
  std::size_t count = 0;
  for (std::size_t at = 0; at < tracks_.size(); ++at) {
    if (kept[at] && count++ != at) {
      tracks_[count - 1] = std::move(tracks_[at]);
    }
  }
  tracks_.erase(tracks_.begin() + static_cast<std::ptrdiff_t>(count), tracks_.end());
}

}  // namespace edge_sched
