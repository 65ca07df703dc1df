# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tracking by norfair: its Kalman filter and matching, with a distance of this package."""

from __future__ import annotations

from collections.abc import Container
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.perception.results import Detections
from edge_sched_ros.perception.trackers.base import Tracker

#: greater than any counter of norfair's
_NEVER = 10_000


class NorfairTracker(Tracker):
    """
    Assigns track numbers to detections.

    Box corners are filtered by norfair's Kalman filter; predictions and detections of one class
    are matched by a distance that mixes overlap and appearance. It is not installed with this
    package, and needs a numpy below 2.
    """

    def __init__(self) -> None:
        super().__init__()
        # loaded with the task
        from edge_sched_ros.perception.tracking import norfair_parts

        self._parts = norfair_parts
        self._tracker: Any = None
        #: initial number -> number of detections, for tracks without a final number
        self._sightings: dict[int, int] = {}
        self._seen = 0
        self._first_id = 0

    def set_option(self, name: str, value: float | None) -> None:
        """
        Change an option, ``None`` for its default; all except the weight restart tracking.

        :raises ConfigError: naming the option
        """
        super().set_option(name, value)
        if name != 'appearance_weight':
            self._tracker = None

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._tracker = None

    def start_over(self) -> None:
        """Forget all tracks and their numbers, as if nothing had been tracked."""
        self._tracker = None
        self._seen = 0

    def update(
        self, found: Detections, vectors: NDArray[np.float32] | None, frames: float = 1.0
    ) -> Detections:
        """Return the detections of known tracks; dropped frames do not move tracks."""
        tracker = self._tracker or self._make()
        sightings = [
            self._parts.Detection(
                points=box.reshape(2, 2),
                scores=np.array([score, score]),
                data=index,
                label=int(class_id),
                embedding=None if vectors is None else vectors[index],
            )
            for index, (box, score, class_id) in enumerate(
                zip(found.upright_boxes(), found.scores, found.class_ids)
            )
        ]
        tracks = tracker.update(detections=sightings)
        current = {id(sighting): sighting.data for sighting in sightings}
        self._set_lives(tracker, current)
        matched = sorted(
            (current[id(track.last_detection)], track.id + self._first_id)
            for track in tracks
            if id(track.last_detection) in current
        )
        rows = np.array([row for row, _ in matched], np.int64)
        ids = np.array([number for _, number in matched], np.int64)
        self._seen = max(self._seen, int(ids.max(initial=0)))
        return found.take(rows, ids)

    def _set_lives(self, tracker: Any, current: Container[int]) -> None:
        """
        Set the allowed number of misses of every track that was matched now.

        norfair's counter goes up by one with a match and down by one without, so that a track seen
        twice would be removed after two misses. A track without a number may miss as many frames
        in a row as it has detections, as with norfair's counter.
        """
        before, self._sightings = self._sightings, {}
        for track in tracker.tracked_objects:
            seen = id(track.last_detection) in current
            if not track.is_initializing:
                if seen:
                    track.hit_counter = self._max_age
                continue
            count = before.get(track.initializing_id, 0) + seen
            self._sightings[track.initializing_id] = count
            if seen:
                track.hit_counter = count
            # the next match increases the counter by one
            last = count + 1 >= self.options['min_hits']
            track.initialization_delay = track.hit_counter if last else _NEVER

    def _make(self) -> Any:
        options = self.options
        self._first_id = self._seen
        self._sightings = {}
        min_hits = round(options['min_hits'])
        self._tracker = self._parts.Tracker(
            distance_function='iou',
            distance_threshold=options['max_distance'],
            # only the maximum of its counter: see _set_lives
            hit_counter_max=max(self._max_age, min_hits),
            initialization_delay=min_hits - 1,
        )
        # the constructor takes only names and functions of one pair; this one handles all at once
        self._tracker.distance_function = self._parts.MixedDistance(
            lambda: self.options['appearance_weight']
        )
        return self._tracker

    @property
    def _max_age(self) -> int:
        return round(self.options['max_age_frames'])


TRACKER = NorfairTracker
