# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Timelines of recorded runs: what the files of Perfetto and Chrome have in them."""

from __future__ import annotations

import io
import json
from itertools import groupby
from itertools import pairwise

import pytest
from recorded import simulate

from edge_sched_ros.reporting.chrome_trace import write_chrome
from edge_sched_ros.reporting.perfetto_file import write_perfetto
from edge_sched_ros.reporting.timeline import Counter
from edge_sched_ros.reporting.timeline import Instant
from edge_sched_ros.reporting.timeline import Slice
from edge_sched_ros.reporting.timeline import timeline
from edge_sched_ros.tracing.run import read_run


@pytest.fixture
def run(tmp_path):
    simulate(tmp_path / 'run.trace', seconds=1.0)
    return read_run(tmp_path / 'run.trace')


def test_slices_of_a_line_do_not_overlap(run):
    slices = [entry for entry in timeline(run) if isinstance(entry, Slice)]
    slices.sort(key=lambda one: (str(one.track), one.begin_ns))
    for _, group in groupby(slices, key=lambda one: one.track):
        for one, two in pairwise(group):
            assert one.end_ns <= two.begin_ns


def test_misses_are_moments_and_numbers_come_back_to_zero(run):
    entries = list(timeline(run))
    missed = [job for job in run.jobs.values() if job.missed]
    assert len([one for one in entries if isinstance(one, Instant)]) == len(missed) > 0
    last = {one.name: one.value for one in entries if isinstance(one, Counter)}
    assert last == {
        'waiting boxes': 0, 'waiting tracks': 0, 'waiting depth': 0, 'power of gpu0, W': 0,
    }  # fmt: skip
    power = [(one.at_ns, one.value) for one in entries if getattr(one, 'name', '')[:5] == 'power']
    joules = sum((two - one) * watts / 1e9 for (one, watts), (two, _) in pairwise(power))
    spent_mj = sum(stage.energy_mj for job in run.jobs.values() for stage in job.stages)
    assert joules * 1e3 == pytest.approx(spent_mj, rel=1e-4)


def test_a_perfetto_file_has_tracks_slices_and_flows(run):
    protos = pytest.importorskip(
        'perfetto.protos.perfetto.trace.perfetto_trace_pb2', reason='perfetto is not installed'
    )
    file = io.BytesIO()
    write_perfetto(timeline(run), file, 'demo')
    trace = protos.Trace()
    trace.ParseFromString(file.getvalue())
    names = {
        packet.track_descriptor.uuid: packet.track_descriptor.name
        for packet in trace.packet
        if packet.HasField('track_descriptor')
    }
    assert {'demo units', 'demo tasks', 'gpu0', 'cpu0', 'boxes', 'waiting depth'} <= set(
        names.values()
    )
    open_slices, flows, last_ns = {}, {}, 0
    for packet in trace.packet:
        if not packet.HasField('track_event'):
            continue
        event = packet.track_event
        assert event.track_uuid in names
        assert packet.timestamp >= last_ns
        last_ns = packet.timestamp
        depth = open_slices.setdefault(event.track_uuid, 0)
        if event.type == event.TYPE_SLICE_BEGIN:
            assert depth == 0, 'a line has one slice at a time'
            open_slices[event.track_uuid] = 1
            for flow in event.flow_ids:
                flows[flow] = flows.get(flow, 0) + 1
        elif event.type == event.TYPE_SLICE_END:
            open_slices[event.track_uuid] = 0
    assert not any(open_slices.values())
    assert flows == {number + 1: 1 + len(job.stages) for number, job in run.jobs.items()}


def test_a_chrome_file_is_json_with_the_same_slices(run):
    file = io.StringIO()
    write_chrome(timeline(run), file)
    events = json.loads(file.getvalue())['traceEvents']
    slices = [event for event in events if event['ph'] == 'X']
    assert len(slices) == sum(1 + len(job.stages) for job in run.jobs.values())
    named = {(one['pid'], one['tid']) for one in events if one['name'] == 'thread_name'}
    assert {(one['pid'], one['tid']) for one in slices} == named
    starts = [one['id'] for one in events if one['ph'] == 's']
    assert sorted(starts) == sorted(run.jobs)
