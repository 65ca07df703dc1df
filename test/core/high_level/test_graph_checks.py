# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Graphs of networks, ways to cut them, and what is wrong with others."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fleet_bench import chain
from fleet_bench import diamond
from fleet_bench import FleetBench
from fleet_bench import graph_of
from fleet_bench import task

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.high_level.cutting import blocks
from edge_sched_ros.core.high_level.cutting import branches
from edge_sched_ros.core.high_level.cutting import cut_into
from edge_sched_ros.core.high_level.cutting import whole
from edge_sched_ros.core.high_level.graph_checks import check_cut
from edge_sched_ros.core.high_level.graph_checks import check_graph

IMAGE, A, B, R = ('image',), ('a',), ('b',), ('result',)


def named(cut):
    """Return segments by partition."""
    return {part.name: part.segments for part in cut}


@pytest.mark.parametrize(
    ('edges', 'message'),
    [
        ({}, 'network net: has no segments'),
        ({'x': (A, R)}, "segment 'x' needs 'a', which no segment before it gives"),
        ({'x': (B, A), 'y': (A, ('b', 'result'))}, "segment 'x' needs 'b'"),
        ({'x': (IMAGE, R), 'y': (IMAGE, R)}, "'result' comes from 'x' and from 'y'"),
        ({'x': (IMAGE, IMAGE)}, "'image' comes from the frame and from 'x'"),
        ({'x': (IMAGE, A)}, "no segment gives its output 'result'"),
        ({'x': (IMAGE, R), 'y': (IMAGE, A)}, "no output needs segment 'y'"),
    ],
)
def test_a_graph_that_cannot_run(edges, message):
    with pytest.raises(ConfigError, match=message):
        check_graph(graph_of('net', edges))


def test_tensors_need_sizes_and_segments_need_names_of_their_own():
    net = chain()
    with pytest.raises(ConfigError, match="the size of tensor 't0' is missing"):
        check_graph(replace(net, tensors={k: v for k, v in net.tensors.items() if k != 't0'}))
    with pytest.raises(ConfigError, match="two segments are named 's0'"):
        check_graph(replace(net, segments=(*net.segments, net.segments[0])))
    with pytest.raises(ConfigError, match='has no outputs'):
        check_graph(replace(net, outputs=()))


@pytest.mark.parametrize(
    ('groups', 'message'),
    [
        ([('stem', 'left', 'right')], 'no partition has segment join'),
        ([('stem', 'left'), ('left', 'right', 'join')], "segment 'left' is in partitions"),
        ([('stem', 'join'), ('left', 'right')], 'partitions wait for each other'),
        ([('stem', 'left', 'join'), ('right',)], 'partitions wait for each other: right, stem'),
    ],
)
def test_a_cut_that_is_none(groups, message):
    with pytest.raises(ConfigError, match=message):
        check_cut(diamond(), cut_into(diamond(), groups))


def test_a_partition_is_what_it_says():
    net = chain()
    first, second = blocks(net, [1])
    check_cut(net, (first, second))
    wrong = {
        "two partitions are named 's0'": (first, replace(second, name='s0')),
        'has no segments': (first, second, replace(first, name='empty', segments=())),
        "has unknown segment 'nobody'": (first, replace(second, segments=('nobody',))),
        'in no order to run in': (first, replace(second, segments=('s2', 's1'))),
        "'s0' takes image and gives t0, not t1 and t0": (replace(first, inputs=('t1',)), second),
    }
    for message, cut in wrong.items():
        with pytest.raises(ConfigError, match=message):
            check_cut(net, cut)


def test_cuts_that_policies_share():
    net, tree = chain(segments=4, home_only=(3,)), diamond()
    assert named(whole(net)) == {'s0..s2': ('s0', 's1', 's2'), 's3': ('s3',)}
    assert list(named(blocks(net, [2]))) == ['s0..s1', 's2', 's3']
    assert list(named(blocks(net, [0, 4]))) == ['s0..s2', 's3']
    assert list(named(branches(tree))) == ['stem', 'left', 'right', 'join']
    assert list(named(branches(net))) == ['s0..s2', 's3']
    assert named(cut_into(tree, [('stem', 'right')])) == {'stem+right': ('stem', 'right')}


def test_a_shortcut_around_segments_is_no_branch():
    edges = {'x': (IMAGE, A), 'y': (A, B), 'z': (('a', 'b'), R)}
    assert list(named(branches(graph_of('net', edges)))) == ['x..z']


def test_tasks_that_cannot_be():
    net = chain()
    for settings, message in (
        ({'deadline_ns': 0}, 'detector.deadline_ms: must be greater than zero'),
        ({'stream': ''}, 'detector.stream'),
        ({'home': ''}, 'detector.home'),
    ):
        with pytest.raises(ConfigError, match=message):
            task('detector', net, **settings)
    with pytest.raises(ConfigError, match="two tasks are named 'detector'"):
        FleetBench(task('detector', net), task('detector', net))
    with pytest.raises(ConfigError, match='another network is named net, too'):
        FleetBench(task('detector', net), task('depth', chain(segments=2)))
    with pytest.raises(ConfigError, match='high_level_policy: unknown high-level policy'):
        FleetBench(task('detector', net), policy='nothing')
