# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Pods land where the placement model says, and nowhere where no node can hold them."""

from __future__ import annotations

import random

import pytest
from control_plane.waiting import wait_for
from control_plane.workloads import Model
from placements import app

from edge_sched_ros.capacity.placement.algorithms.base import Choice

ALGORITHM = 'ibis'
_KINDS = ('small', 'large', 'only-gpu')


def _mix(count, seed):
    """Return applications of several kinds, more than four small nodes can hold."""
    draw = random.Random(seed)
    return {
        f'p{index:02}': app(
            draw.choice(_KINDS),
            rate_per_s=draw.choice((2, 4, 6, 9)),
            deadline_ms=draw.choice((200, 300, 500)),
        )
        for index in range(count)
    }


def test_a_pod_that_asks_for_nothing_goes_anywhere(cluster):
    cluster.add_nodes('gpu')
    cluster.add_pods({'plain': None})
    assert cluster.node_of('plain') in cluster.nodes


def test_one_after_the_other_they_go_where_the_model_says(cluster):
    cluster.add_nodes('gpu', 'tpu', 'gpu', 'tpu')
    apps = _mix(26, seed=7)
    model = Model(cluster.nodes, apps, ALGORITHM)
    refused = []
    for name, asked in apps.items():
        said = model.answer(name)
        cluster.add_pods({name: asked})
        if isinstance(said, Choice):
            node = cluster.node_of(name)
            assert model.alike(node, said.node)
            model.host(name, said, node)
        else:
            cluster.why_pending(name, 'edge-sched: ')
            refused.append(name)
    assert cluster.where() == model.state.where
    # else little would be shown
    assert len(set(model.state.where.values())) == 4
    assert refused


def test_all_at_once_no_headroom_is_promised_twice(cluster):
    cluster.add_nodes('gpu', 'gpu', 'tpu')
    apps = {f'q{index:02}': app('only-gpu', rate_per_s=5) for index in range(20)}
    fit = len(Model(cluster.nodes, apps, ALGORITHM).place(apps))
    assert 0 < fit < len(apps)

    cluster.add_pods(apps)
    refused = wait_for(
        'refusals', lambda: len(cluster.refused()) == len(apps) - fit and cluster.refused()
    )
    where = cluster.where()
    assert set(where) == set(apps) - set(refused)
    assert Model(cluster.nodes, apps, ALGORITHM).put(where) == []


@pytest.mark.parametrize(
    ('asked', 'reason'),
    [
        (app('large', deadline_ms=20), 'edge-sched.io/latency-ms'),
        (app('only-gpu', rate_per_s=60), 'edge-sched.io/rate-per-s'),
        (app('nobody-knows-it'), 'nobody-knows-it'),
    ],
    ids=['too soon', 'too often', 'unknown'],
)
def test_what_no_node_could_ever_hold_stays_pending_with_the_reason(cluster, asked, reason):
    cluster.add_nodes('gpu', 'tpu')
    cluster.add_pods({'asks': asked})
    cluster.why_pending('asks', reason)
    events = wait_for('event', lambda: cluster.events_of('asks', 'FailedScheduling'))
    assert any(reason in message for message in events)
    assert cluster.where() == {}


def test_a_refused_pod_is_placed_when_there_is_room(cluster):
    cluster.add_nodes('gpu')
    apps = {f'r{index}': app('only-gpu', rate_per_s=8) for index in range(9)}
    fit = Model(cluster.nodes, apps, ALGORITHM).place(apps)
    assert 0 < len(fit) < len(apps)
    (waits, *_) = [name for name in apps if name not in fit]

    cluster.add_pods({name: apps[name] for name in fit})
    for name in fit:
        cluster.node_of(name)
    cluster.add_pods({waits: apps[waits]})
    cluster.why_pending(waits, 'edge-sched: ')
    cluster.remove_pods(next(iter(fit)))
    assert cluster.node_of(waits) in cluster.nodes
