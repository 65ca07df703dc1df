# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Association of detections with tracks: Kalman filter and matching by norfair."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.results import Detections


@dataclass(slots=True)
class TrackerOptions:
    """
    Settings of association.

    :param max_age_frames: maximum number of frames in a row without a match that a track survives;
        it may still match in the next one. Dropped frames do not count
    :param min_hits: detections before a track gets its number
    :param appearance_weight: weight of appearance against position, 0..1
    :param max_distance: maximum distance of a match, 0..1
    """

    max_age_frames: float = 45.0
    min_hits: float = 2.0
    appearance_weight: float = 0.6
    max_distance: float = 0.6


_DEFAULTS = TrackerOptions()
#: options of a task with an embedding network
NUMBERS = {
    'max_age_frames': Number(
        _DEFAULTS.max_age_frames,
        1.0,
        1000.0,
        whole=True,
        description='Number of frames in a row without a match that a track survives; dropped '
        'frames do not count',
    ),
    'min_hits': Number(
        _DEFAULTS.min_hits,
        1.0,
        100.0,
        whole=True,
        description='Number of detections before a track gets its number',
    ),
    'appearance_weight': Number(
        _DEFAULTS.appearance_weight,
        0.0,
        1.0,
        description='Weight of appearance against position',
    ),
    'max_distance': Number(
        _DEFAULTS.max_distance,
        0.0,
        1.0,
        description='Maximum distance of a match',
    ),
}


#: greater than any counter of norfair's
_NEVER = 10_000


class Tracker:
    """
    Assigns track numbers to detections.

    Box corners are filtered by norfair's Kalman filter; predictions and detections of one class
    are matched by a distance that mixes overlap and appearance.
    """

    def __init__(self) -> None:
        self.options = TrackerOptions()
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
        if name not in NUMBERS:
            raise ConfigError(
                name, f'the tracker has no such option (it has: {", ".join(NUMBERS)})'
            )
        if value is None:
            value = NUMBERS[name].default
        elif problem := NUMBERS[name].problem(value):
            raise ConfigError(name, problem)
        setattr(self.options, name, float(value))
        if name != 'appearance_weight':
            self._tracker = None

    def reset(self) -> None:
        """Forget all tracks; numbering continues, so that no number is used twice."""
        self._tracker = None

    def start_over(self) -> None:
        """Forget all tracks and their numbers, as if nothing had been tracked."""
        self._tracker = None
        self._seen = 0

    def update(self, found: Detections, vectors: NDArray[np.float32] | None) -> Detections:
        """
        Return the detections of known tracks, with their numbers.

        :param vectors: appearance of each detection, NxD of unit length, or ``None``
        """
        from edge_sched_ros.perception.association import Detection

        tracker = self._tracker or self._make()
        sightings = [
            Detection(
                points=box.reshape(2, 2),
                scores=np.array([score, score]),
                data=index,
                label=int(class_id),
                embedding=None if vectors is None else vectors[index],
            )
            for index, (box, score, class_id) in enumerate(
                zip(found.boxes_xyxy, found.scores, found.class_ids)
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
        return Detections(
            found.boxes_xyxy[rows], found.scores[rows], found.class_ids[rows], found.labels, ids
        )

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
            last = count + 1 >= self.options.min_hits
            track.initialization_delay = track.hit_counter if last else _NEVER

    def _make(self) -> Any:
        from edge_sched_ros.perception import association

        options = self.options
        self._first_id = self._seen
        self._sightings = {}
        min_hits = round(options.min_hits)
        self._tracker = association.Tracker(
            distance_function='iou',
            distance_threshold=options.max_distance,
            # only the maximum of its counter: see _set_lives
            hit_counter_max=max(self._max_age, min_hits),
            initialization_delay=min_hits - 1,
        )
        # the constructor takes only names and functions of one pair; this one handles all at once
        self._tracker.distance_function = association.MixedDistance(
            lambda: self.options.appearance_weight
        )
        return self._tracker

    @property
    def _max_age(self) -> int:
        return round(self.options.max_age_frames)
