# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A decoder for networks of convolutions alone, which is all a DLA's stand-in runs."""

from __future__ import annotations

import numpy as np

from edge_sched_ros.perception.decoders.base import Decoder
from edge_sched_ros.perception.results import Detections


class Peaks(Decoder):
    """Rows of the first plane that are bright on average, as boxes over the whole width."""

    output = 'detections'
    defaults = {'score_threshold': 0.3}

    def decode(self, outputs, transform):
        """Return a box for every bright row."""
        plane = outputs[0][0, 0]
        scores = plane.mean(axis=1)
        rows = np.flatnonzero(scores > self.options['score_threshold'])
        boxes = [[0, row, plane.shape[1], row + 1] for row in rows]
        return Detections(
            transform.to_source(np.array(boxes, np.float32).reshape(-1, 4)),
            scores[rows].astype(np.float32),
            np.zeros(len(rows), np.int64),
            self.labels,
        )
