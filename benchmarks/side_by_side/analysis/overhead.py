# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the node adds to the bare loop: from arrival in the node to the answer's publication."""

from __future__ import annotations

from dataclasses import dataclass
from dataclasses import field
from typing import Any

import numpy as np

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.analysis.outcomes import Times


@dataclass(slots=True)
class Node:
    """
    The node's frames of one round, by their number within it.

    :param inside_ms: from the node's callback to the publication of the answer
    :param stages_ms: of that, in stages on units
    """

    inside_ms: dict[int, float] = field(default_factory=dict)
    stages_ms: dict[int, float] = field(default_factory=dict)


def inside(stamps: Times, heard: Heard, timings: list[dict[str, Any]]) -> Node:
    """
    Return how long each frame was inside the node; transport before and after does not count.

    :param stamps: of the frames sent
    :param heard: the answers, with the times of their publication
    :param timings: the node's own messages: ``stamp_ns``, ``age_ms`` at arrival, ``stages``
    """
    number = {int(stamp): index for index, stamp in enumerate(stamps)}
    published = {int(stamp): int(at) for stamp, at in zip(heard.stamps, heard.sent)}
    found = Node()
    for timing in timings:
        stamp = timing['stamp_ns']
        if stamp in number and stamp in published:
            response_ms = (published[stamp] - stamp) / 1e6
            found.inside_ms[number[stamp]] = response_ms - timing['age_ms']
            spans = [end - start for _, _, start, end in timing['stages']]
            found.stages_ms[number[stamp]] = sum(spans)
    return found


def added_ms(nodes: list[Node], bare_ms: list[list[float]]) -> dict[str, float | None]:
    """
    Return what the node adds, over all frames of all rounds.

    Every round shows the same pictures, so frame n is compared with the median of frame n in the
    rounds of the bare loop: what is left of the bare loop's own scatter counts against the node.
    """
    typical = np.median(np.array(bare_ms), axis=0)
    added = [ms - typical[n] for node in nodes for n, ms in node.inside_ms.items()]
    own = [ms - node.stages_ms[n] for node in nodes for n, ms in node.inside_ms.items()]
    if not added:
        return dict.fromkeys(
            ('median_ms', 'p99_ms', 'outside_stages_median_ms', 'outside_stages_p99_ms')
        )
    return {
        'median_ms': float(np.median(added)),
        'p99_ms': float(np.percentile(added, 99)),
        'outside_stages_median_ms': float(np.median(own)),
        'outside_stages_p99_ms': float(np.percentile(own, 99)),
        'bare_ms': float(np.median(typical)),
    }
