# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracks that follow optical flow and are corrected by detections, even late ones."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.flow.history import History
from edge_sched_ros.perception.flow.history import Past
from edge_sched_ros.perception.flow.motion import move_boxes
from edge_sched_ros.perception.flow.motion import PointFlow
from edge_sched_ros.perception.flow.track import pair
from edge_sched_ros.perception.flow.track import share_inside
from edge_sched_ros.perception.flow.track import Track
from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.results import no_detections

#: with a lower share of points a frame says little about a track
_GOOD_SHARE = 0.3
#: factor on a track's score for each frame that says little about it
_DECAY = 0.8
#: factor on a track's score for each detector result without it
_MISS_DECAY = 0.5
#: tracks with a lower score are no longer shown
FAINTEST = 0.2
#: minimum share of a box in the picture; below it the track is removed
_INSIDE = 0.25


@dataclass(slots=True)
class FollowerOptions:
    """
    Settings of tracking.

    :param max_age_frames: maximum number of frames in a row without a detection for which a track
        is followed; a detection in the next frame still matches it
    :param min_hits: detections before a track is shown
    :param max_distance: maximum distance of a match, 0..1, see ``association.place_distance``
    """

    max_age_frames: float = 45.0
    min_hits: float = 1.0
    max_distance: float = 0.6


@dataclass(slots=True)
class Follower:
    """
    Keeps tracks up to date between detections.

    :param vision: computes the flow
    :param history: recent frames; detections of older frames are not used
    """

    vision: PointFlow
    options: FollowerOptions = field(default_factory=FollowerOptions)
    history: History = field(default_factory=History)
    #: number of results that came too late to be used
    stale: int = 0
    _tracks: list[Track] = field(default_factory=list)
    _labels: tuple[str, ...] = ()
    _numbers: int = 0

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._tracks.clear()
        self.history.clear()

    def advance(self, seq: int, grey: NDArray[np.uint8]) -> None:
        """Follow every track into the next frame."""
        before = self.history.latest()
        if before is not None and before.grey.shape != grey.shape:
            self.reset()
            before = None
        now = self.history.add(seq, grey)
        if before is not None:
            self._follow(self._tracks, [before, now])
        for track in self._tracks:
            track.age += 1
        self._forget(grey.shape)
        now.boxes = {track.number: track.box for track in self._tracks}

    def correct(self, seq: int, found: Detections) -> None:
        """
        Use the detections in a frame that may be some frames old.

        Detections are compared with the tracks' positions in that frame, and then followed from
        there to the newest frame.
        """
        past = self.history.get(seq)
        if past is None:
            self.stale += 1
            return
        self._labels = found.labels or self._labels
        changed = self._match(past, found)
        later = self.history.after(seq)
        self._follow(changed, [past, *later])
        newest = self.history.latest()
        if newest is not None:
            self._forget(newest.grey.shape)
            newest.boxes = {track.number: track.box for track in self._tracks}

    def shown(self) -> Detections:
        """Return the confident tracks, clipped to the picture."""
        tracks = [
            track
            for track in self._tracks
            if self._is_confirmed(track)
            and track.score >= FAINTEST
            and track.age <= self.options.max_age_frames
        ]
        newest = self.history.latest()
        if not tracks or newest is None:
            return replace(no_detections(self._labels), track_ids=np.zeros(0, np.int64))
        height, width = newest.grey.shape
        boxes = np.clip([track.box for track in tracks], 0, [width, height] * 2)
        return Detections(
            boxes.astype(np.float32),
            np.array([track.score for track in tracks], np.float32),
            np.array([track.class_id for track in tracks], np.int64),
            self._labels,
            np.array([t.number if t.given_id is None else t.given_id for t in tracks], np.int64),
        )

    # --- inside -------------------------------------------------------------------------------

    def _follow(self, tracks: list[Track], way: list[Past]) -> None:
        """Move tracks along frames, starting in the first one."""
        for before, after in pairwise(way):
            boxes = np.array([track.box for track in tracks], np.float32).reshape(-1, 4)
            shifts = np.array([track.shift for track in tracks], np.float32).reshape(-1, 2)
            moved = move_boxes(before.grey, after.grey, boxes, self.vision, shifts)
            for track, box, share in zip(tracks, moved.boxes, moved.shares):
                track.shift = (box[:2] + box[2:] - track.box[:2] - track.box[2:]) / 2
                track.box = box
                if share < _GOOD_SHARE:
                    track.score *= _DECAY
                after.boxes[track.number] = box

    def _match(self, past: Past, found: Detections) -> list[Track]:
        """Assign detections to tracks or new tracks; return the tracks with a detection."""
        pairs = pair(self._tracks, past.boxes, found, self.options.max_distance)
        boxes = found.upright_boxes()
        changed = []
        for row in range(len(found)):
            track = pairs.get(row)
            if track is None:
                track = self._new(found, row, boxes[row])
            else:
                track.hits += 1
            track.age = 0
            track.score = float(found.scores[row])
            track.box = boxes[row].astype(np.float32)
            past.boxes[track.number] = track.box
            changed.append(track)
        matched = {track.number for track in changed}
        for track in self._tracks:
            # a track that did not exist then cannot have been missed
            if track.number not in matched and track.number in past.boxes:
                track.score *= _MISS_DECAY
        return changed

    def _new(self, found: Detections, row: int, box: NDArray[np.float32]) -> Track:
        self._numbers += 1
        track = Track(
            self._numbers,
            int(found.class_ids[row]),
            float(found.scores[row]),
            box.astype(np.float32),
            given_id=None if found.track_ids is None else int(found.track_ids[row]),
        )
        self._tracks.append(track)
        return track

    def _forget(self, shape: tuple[int, ...]) -> None:
        """
        Drop tracks that left the picture or were not detected for too long.

        They are kept one frame longer than they are shown, since the detections of that frame come
        later. A faded track is not shown but can be matched again; an unconfirmed one is removed.
        """
        self._tracks = [
            track
            for track in self._tracks
            if track.age <= self.options.max_age_frames + 1
            and (self._is_confirmed(track) or track.score >= FAINTEST * _MISS_DECAY)
            and share_inside(track.box, shape) >= _INSIDE
        ]

    def _is_confirmed(self, track: Track) -> bool:
        return track.hits >= self.options.min_hits
