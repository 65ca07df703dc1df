# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A timeline as JSON of Chrome's Trace Event Format, which Perfetto and Speedscope read, too."""

from __future__ import annotations

import json
from collections.abc import Iterable
from collections.abc import Iterator
from typing import Any
from typing import TextIO

from edge_sched_ros.reporting.timeline import Counter
from edge_sched_ros.reporting.timeline import Entry
from edge_sched_ros.reporting.timeline import Instant
from edge_sched_ros.reporting.timeline import Track
from edge_sched_ros.reporting.timeline import UNITS

_PROCESS = {True: 1, False: 2}


def write_chrome(entries: Iterable[Entry], file: TextIO) -> None:
    """Write a timeline as one JSON object, an event a line."""
    file.write('{"displayTimeUnit":"ms","traceEvents":[\n')
    separator = ''
    for event in _events(entries):
        file.write(separator + json.dumps(event, separators=(',', ':')))
        separator = ',\n'
    file.write('\n]}\n')


def _events(entries: Iterable[Entry]) -> Iterator[dict[str, Any]]:
    tracks: dict[Track, int] = {}
    for process, name in ((1, 'units'), (2, 'tasks')):
        yield {'ph': 'M', 'name': 'process_name', 'pid': process, 'args': {'name': name}}
    for entry in entries:
        if isinstance(entry, Counter):
            value = {'value': entry.value}
            yield {'ph': 'C', 'name': entry.name, 'pid': 1, 'ts': entry.at_ns / 1e3, 'args': value}
            continue
        if entry.track not in tracks:
            tracks[entry.track] = len(tracks) + 1
            place = _place(entry.track, tracks)
            named = {'name': entry.track.title}
            yield {'ph': 'M', 'name': 'thread_name', **place, 'args': named}
        place = _place(entry.track, tracks)
        if isinstance(entry, Instant):
            at = {'ts': entry.at_ns / 1e3, 's': 't'}
            yield {'ph': 'i', 'name': entry.name, **place, **at, 'args': entry.args}
            continue
        ts = entry.begin_ns / 1e3
        span = {'ts': ts, 'dur': (entry.end_ns - entry.begin_ns) / 1e3}
        yield {'ph': 'X', 'name': entry.name, **place, **span, 'args': entry.args}
        if entry.flow is not None:
            phase = 't' if entry.step else 's'
            yield {'ph': phase, 'name': 'job', 'cat': 'job', 'id': entry.flow, **place, 'ts': ts}


def _place(track: Track, tracks: dict[Track, int]) -> dict[str, int]:
    return {'pid': _PROCESS[track.group == UNITS], 'tid': tracks[track]}
