# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Association of every detection, also of those with low scores, by place and appearance."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.native.loading import extension
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.base import COMMON_NUMBERS
from edge_sched_ros.perception.trackers.base import Tracker
from edge_sched_ros.perception.tracking.distances import overlap
from edge_sched_ros.perception.tracking.distances import place_distance
from edge_sched_ros.perception.tracking.native_tracks import NativeTracks
from edge_sched_ros.perception.tracking.tracks import Tracks

#: maximum distance (1 - IoU) of a match with a detection of a low score
_LOW_DISTANCE = 0.5
#: a track does not go on in a straight line for more frames at once
_MOST_FRAMES = 30.0
#: more tracks are not kept; the longest unseen go first
_MOST_TRACKS = 1000


@dataclass(slots=True)
class _Seen:
    """
    One frame.

    :param boxes: upright boxes of the detections
    :param vectors: their appearance, or ``None``
    :param rows: detection of every track, -1 for none yet
    """

    found: Detections
    boxes: NDArray[np.float64]
    vectors: NDArray[np.float32] | None
    rows: NDArray[np.int64]


class ByteTracker(Tracker):
    """
    Matches detections with tracks in two stages.

    Source of the stages: Zhang et al., "ByteTrack: Multi-Object Tracking by Associating Every
    Detection Box", ECCV 2022. Boxes of known tracks are predicted by a Kalman filter. First,
    detections with high scores are matched with all tracks that have a number; then those with low
    scores with the tracks that were seen in the frame before and are left: often another object
    hides theirs. What is left of the high scores is matched with tracks that have no number yet. A
    low score keeps a track, but begins none, and does not change its appearance.

    Other than there, only objects of one class match, tracks move by the frames of the camera and
    not by those of the task, and the distance of high scores is (1 - DIoU) / 2, mixed with that of
    the appearance when there is an embedding network.
    """

    numbers = {
        **COMMON_NUMBERS,
        'max_distance': COMMON_NUMBERS['max_distance'].with_default(0.55),
        'high_score': Number(
            0.5,
            0.0,
            1.0,
            description='Detections from this score on, or from new_score if that is lower, are '
            'matched first',
        ),
        'low_score': Number(
            0.1,
            0.0,
            1.0,
            description='Detections from this score on keep a track that no better one matches, '
            'if the score_threshold of the detector lets them through; none from high_score on',
        ),
        'new_score': Number(
            0.6, 0.0, 1.0, description='Detections from this score on begin a track'
        ),
    }
    ordered = (('low_score', 'high_score'),)

    def __init__(self) -> None:
        super().__init__()
        self._tracks = Tracks()
        # classes derived from this one may match otherwise
        module = extension() if type(self) is ByteTracker else None
        self._native = None if module is None else NativeTracks(module)
        if self._native is None:
            # scipy is loaded with the task, and not by a node without trackers
            from edge_sched_ros.perception.tracking.matching import assign

            self._assign = assign

    @property
    def is_native(self) -> bool:
        """Whether the native module matches detections with tracks."""
        return self._native is not None

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._tracks.clear()
        if self._native is not None:
            self._native.clear()

    def start_over(self) -> None:
        """Forget all tracks and their numbers, as if nothing had been tracked."""
        self._tracks = Tracks()
        if self._native is not None:
            self._native.start_over()

    def update(
        self, found: Detections, vectors: NDArray[np.float32] | None, frames: float = 1.0
    ) -> Detections:
        """Return the detections of known tracks, with their numbers, in the order they came in."""
        options, tracks = self.options, self._tracks
        frames = min(max(frames, 1.0), _MOST_FRAMES)
        if self._native is not None:
            return self._native.update(found, vectors, frames, options, _MOST_TRACKS)
        tracks.predict(frames)
        boxes = found.upright_boxes().astype(np.float64)
        # own code may give anything
        scores = np.where(np.isfinite(boxes).all(axis=1), found.scores, -1)
        seen = _Seen(found, boxes, vectors, np.full(len(tracks), -1))
        from_high = self._from_high()
        high = np.flatnonzero(scores >= from_high)
        low = np.flatnonzero((scores >= options['low_score']) & (scores < from_high))
        known, fresh = np.flatnonzero(tracks.numbers > 0), np.flatnonzero(tracks.numbers == 0)
        high = self._match(seen, high, known, self._distance, options['max_distance'])
        # one miss is that of this frame
        left = known[(seen.rows[known] < 0) & (tracks.misses[known] == 1)]
        self._match(seen, low, left, self._low_distance, _LOW_DISTANCE)
        high = self._match(seen, high, fresh, self._distance, options['max_distance'])
        new = high[scores[high] >= options['new_score']]
        tracks.add(boxes[new], found.class_ids[new])
        seen.rows = np.concatenate([seen.rows, new])
        self._remember(seen)
        return self._numbered(seen)

    def _from_high(self) -> float:
        """Return the score from which detections are matched first: also those of new tracks."""
        return min(self.options['high_score'], self.options['new_score'])

    def _match(
        self,
        seen: _Seen,
        candidates: NDArray[np.int64],
        tracks: NDArray[np.int64],
        distance: Callable[..., NDArray[np.float64]],
        limit: float,
    ) -> NDArray[np.int64]:
        """Match some detections with some tracks; return the detections that are left."""
        if not len(candidates) or not len(tracks):
            return candidates
        known = self._tracks
        other = seen.found.class_ids[candidates, None] != known.class_ids[tracks]
        distances = np.where(other, np.inf, distance(seen, candidates, tracks))
        matched, columns = self._assign(distances, limit)
        known.found(tracks[columns], seen.boxes[candidates[matched]])
        seen.rows[tracks[columns]] = candidates[matched]
        return np.delete(candidates, matched)

    def _distance(
        self, seen: _Seen, candidates: NDArray[np.int64], tracks: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the distance of places, mixed with that of appearances if all are known."""
        places = place_distance(seen.boxes[candidates], self._tracks.filters.boxes()[tracks])
        if seen.vectors is None:
            return places
        unlike = self._tracks.looks.distance(seen.vectors[candidates], tracks)
        if unlike is None:
            return places
        weight = self.options['appearance_weight']
        mixed: NDArray[np.float64] = (1 - weight) * places + weight * unlike
        return mixed

    def _low_distance(
        self, seen: _Seen, candidates: NDArray[np.int64], tracks: NDArray[np.int64]
    ) -> NDArray[np.float64]:
        """Return the distance of places alone: what is half hidden does not look like itself."""
        return 1 - overlap(seen.boxes[candidates], self._tracks.filters.boxes()[tracks])

    def _remember(self, seen: _Seen) -> None:
        """Update the appearance of the tracks that were seen well."""
        if seen.vectors is None:
            return
        tracks = np.flatnonzero(seen.rows >= 0)
        tracks = tracks[seen.found.scores[seen.rows[tracks]] >= self._from_high()]
        self._tracks.looks.remember(tracks, seen.vectors[seen.rows[tracks]])

    def _numbered(self, seen: _Seen) -> Detections:
        """Give numbers, forget old tracks, and return the detections of tracks with numbers."""
        options, tracks = self.options, self._tracks
        sure = tracks.hits >= options['min_hits']
        tracks.give_numbers(sure)
        # with a number, unless min_hits has been raised since
        shown = np.flatnonzero((seen.rows >= 0) & sure)
        shown = shown[np.argsort(seen.rows[shown])]
        result = seen.found.take(seen.rows[shown], tracks.numbers[shown])
        # without a number it may be missed in as many frames in a row as it was seen in
        allowed = np.where(tracks.numbers > 0, options['max_age_frames'], tracks.hits)
        kept = tracks.misses <= allowed
        if np.count_nonzero(kept) > _MOST_TRACKS:
            kept[np.argsort(tracks.misses, kind='stable')[_MOST_TRACKS:]] = False
        tracks.keep(kept)
        return result


TRACKER = ByteTracker
