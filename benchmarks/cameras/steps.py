# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The steps of a frame, from its stamp to the arrival of its answer."""

from __future__ import annotations

from typing import Any

from benchmarks.side_by_side.analysis.outcomes import Heard
from benchmarks.side_by_side.contenders.registry import SCHEDULER

TIMING = {f'{SCHEDULER}/timing': 'edge_sched_ros/msg/JobTiming'}
#: the network itself
NETWORK = 'infer'
#: steps outside the process: of the camera and DDS, and of DDS and the observer
OUTSIDE = ('to the node', 'to the observer')


def steps_of(heard: Heard, timings: list[dict[str, Any]]) -> list[dict[str, float]]:
    """
    Return the steps of every answered frame, in milliseconds and in order; they add up.

    ``to the node``: from the stamp, which the camera gives just before it publishes, to the node's
    callback; ``decide``: until its first stage starts; the stages, and ``between`` them;
    ``deliver``: from the end of the last one to the publication; ``to the observer``: in DDS.
    """
    times = {
        int(stamp): (int(sent), int(received))
        for stamp, sent, received in zip(heard.stamps, heard.sent, heard.received)
    }
    found = []
    for timing in timings:
        stamp = timing['stamp_ns']
        if stamp not in times or not timing['stages']:
            continue
        sent_ms, received_ms = ((at - stamp) / 1e6 for at in times[stamp])
        age_ms = timing['age_ms']
        # the node counts from the time at which it believes the frame was taken
        spans = [(name, begin, end) for name, _, begin, end in timing['stages']]
        steps = {'to the node': age_ms, 'decide': spans[0][1] - age_ms}
        steps |= {name: end - begin for name, begin, end in spans}
        stages_ms = sum(end - begin for _, begin, end in spans)
        steps['between'] = spans[-1][2] - spans[0][1] - stages_ms
        steps['deliver'] = sent_ms - spans[-1][2]
        steps['to the observer'] = received_ms - sent_ms
        found.append(steps)
    return found
