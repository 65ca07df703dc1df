# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which stages run as one, and on which units."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from edge_sched_ros.core.units import Unit
from edge_sched_ros.execution.context import JobContext
from edge_sched_ros.execution.fused import fuse
from edge_sched_ros.execution.units import LocalUnit
from edge_sched_ros.pipeline.tasks.stage_groups import groups_on_cores

CHOICES = [
    tuple(LocalUnit(Unit(name, name.rstrip('0123456789'))) for name in names)
    for names in (('cpu0',), ('cpu0', 'cpu1'), ('gpu0',), ('cpu0', 'gpu0'))
]


class _Steps:
    stateful = False
    output = 'none'

    def __init__(self, count):
        self.stages = tuple(f's{index}' for index in range(count))
        self.ran = []

    def run(self, stage, context):
        self.ran.append((stage, context.unit))
        return int(stage[1:])


@given(st.lists(st.sampled_from(CHOICES), min_size=1, max_size=7))
def test_stages_are_joined_where_they_stay_on_the_same_cores_and_nowhere_else(choices):
    program = _Steps(len(choices))
    units = dict(zip(program.stages, choices))
    groups = groups_on_cores(program.stages, units)
    assert tuple(stage for group in groups for stage in group) == program.stages
    for group in groups:
        assert {units[stage] for stage in group} == {units[group[0]]}
        assert len(group) == 1 or all(u.unit.kind == 'cpu' for u in units[group[0]])
    for before, after in pairwise(groups):
        same = units[before[0]] == units[after[0]]
        assert not same or any(u.unit.kind != 'cpu' for u in units[after[0]])
    fused = fuse(program, groups)
    assert len(fused.stages) == len(groups)
    context = JobContext(1, 'task', None)
    for stage, group in zip(fused.stages, groups):
        context.unit = units[group[0]][0].unit.name
        last = fused.run(stage, context)
    assert last == len(choices) - 1
    assert program.ran == [(s, units[s][0].unit.name) for s in program.stages]


@given(st.data(), st.integers(1, 6))
def test_stages_are_joined_only_where_every_variant_could(data, count):
    stages = tuple(f's{index}' for index in range(count))
    row = st.tuples(*[st.sampled_from(CHOICES)] * count)
    variants = [dict(zip(stages, choices)) for choices in data.draw(st.lists(row, min_size=1))]

    def joints(groups):
        return {pair for group in groups for pair in pairwise(group)}

    alone = [joints(groups_on_cores(stages, units)) for units in variants]
    assert joints(groups_on_cores(stages, *variants)) == set.intersection(*alone)


def test_nothing_to_join_is_the_program_itself():
    program = _Steps(3)
    assert fuse(program, (('s0',), ('s1',), ('s2',))) is program
    assert fuse(_Steps(2)).stages == ('s0+s1',)
