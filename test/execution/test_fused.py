# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Stages that run as one, and what each of them took."""

from itertools import count
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.core.decisions import StageTiming
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.fused import fuse
from edge_sched_ros.execution.fused import FusedProgram
from edge_sched_ros.execution.fused import split


class Steps:
    stages = ('preprocess', 'infer', 'postprocess')
    stateful = True
    output = 'tracks'
    labels = ('crate',)

    def __init__(self):
        self.ran = []

    def run(self, stage, context):
        self.ran.append(stage)
        return len(self.ran)


def test_all_stages_become_one_in_order():
    program = Steps()
    fused = fuse(program)
    assert fused.stages == ('preprocess+infer+postprocess',)
    assert fused.run(fused.stages[0], JobContext(0, 'a', None)) == 3
    assert program.ran == ['preprocess', 'infer', 'postprocess']
    assert (fused.stateful, fused.output, fused.labels) == (True, 'tracks', ('crate',))


def test_one_stage_is_left_as_it_is():
    program = Steps()
    program.stages = ('infer',)
    assert fuse(program) is program


def test_what_each_part_took_is_kept():
    clock, groups = count(100, 10), (('preprocess', 'infer'), ('postprocess',))
    fused = FusedProgram(Steps(), groups, clock_ns=clock.__next__)
    context = JobContext(0, 'a', None)
    for stage in fused.stages:
        fused.run(stage, context)
    assert context.parts == [
        ('preprocess', 100, 110),
        ('infer', 120, 130),
        ('postprocess', 140, 150),
    ]


def test_a_fused_timing_is_split_and_others_stay():
    timings = (
        StageTiming('a+b', 'cpu0', 0, 100, 200),
        StageTiming('c', 'gpu0', 200, 210, 300),
    )
    parts = [('a', 105, 120), ('b', 120, 199)]
    assert split(timings, parts) == (
        StageTiming('a', 'cpu0', 0, 105, 120),
        StageTiming('b', 'cpu0', 120, 120, 199),
        StageTiming('c', 'gpu0', 200, 210, 300),
    )
    assert split(timings, []) is timings


@given(st.lists(st.integers(0, 50), min_size=2, max_size=12))
def test_parts_follow_each_other_within_their_stage(steps):
    times = [sum(steps[: n + 1]) for n in range(len(steps))]
    parts = [(f's{n}', *pair) for n, pair in enumerate(pairwise(times))]
    whole = StageTiming('all', 'cpu0', 0, times[0], times[-1])
    found = split((whole,), parts)
    assert [timing.stage for timing in found] == [part[0] for part in parts]
    for before, after in pairwise(found):
        assert before.finished_ns == after.ready_ns <= after.started_ns
