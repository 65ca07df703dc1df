# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A node whose agent is gone: its last observations move nobody, and it is said once."""

from __future__ import annotations

import json

import pytest
from kube_objects import node
from kube_objects import NODES
from kube_objects import pod

from edge_sched_ros.cluster.publication import Facts
from edge_sched_ros.cluster.publication import node_patch
from edge_sched_ros.cluster.staleness import make_stamp

LATE = {'network': 'only-gpu', 'preprocess': None, 'rate_per_s': 12, 'latency_ms': 45}
TOO_LATE = json.dumps({'default/late': 90})
SAID = 'node gpu-0: observed responses are older than 180 s, not used: no agent?'


def observing(stamp, observed=TOO_LATE):
    return node('gpu-0', observed=observed, **({'observed-at': stamp} if stamp else {}))


def ready(make_service, stamp, others=NODES):
    service = make_service(*others, pods=[pod('late', node='gpu-0', **LATE)])
    service.note('nodes', 'MODIFIED', observing(stamp))
    return service


def look(service, clock, seconds):
    """Look every ten seconds; return the moves, none of which succeeds."""
    moves = []
    for _ in range(seconds // 10):
        move = service.next_move()
        if move is not None:
            moves.append(move.pod.name)
            service.moved(move, ok=False)
        clock.now += 10
    return moves


def test_nobody_moves_when_the_agent_is_gone(make_service, clock, caplog):
    service = ready(make_service, '1000 180', others=('gpu-0',))
    assert look(service, clock, 400) == []
    assert caplog.messages.count(SAID) == 1
    # now there would be room; the observation is of long ago
    service.note('nodes', 'ADDED', node('gpu-1'))
    assert look(service, clock, 100) == [] and service.counts()['violations'] == 0


def test_an_agent_that_goes_on_is_believed(make_service, clock, caplog):
    service = ready(make_service, '1000 180', others=('gpu-0',))
    for index in range(10):
        look(service, clock, 60)
        service.note('nodes', 'MODIFIED', observing(f'{1060 + index} 180'))
    service.note('nodes', 'ADDED', node('gpu-1'))
    assert look(service, clock, 20) == ['default/late']
    assert SAID not in caplog.messages


def test_an_agent_that_is_back_is_believed_again(make_service, clock, caplog):
    service = ready(make_service, '1000 180', others=('gpu-0',))
    look(service, clock, 200)
    service.note('nodes', 'ADDED', node('gpu-1'))
    service.note('nodes', 'MODIFIED', observing('2000 180'))
    assert look(service, clock, 20) == ['default/late']
    assert look(service, clock, 400) and caplog.messages.count(SAID) == 2


@pytest.mark.parametrize('stamp', ['', 'soon', '1000', '1000 -1', '1' * 99])
def test_without_a_stamp_that_can_be_read_observations_hold(make_service, clock, stamp):
    service = ready(make_service, stamp, others=('gpu-0',))
    look(service, clock, 400)
    service.note('nodes', 'ADDED', node('gpu-1'))
    assert look(service, clock, 20) == ['default/late']


def test_the_agent_stamps_what_it_observes_and_takes_it_back():
    stamp = make_stamp(1764558000.4, 60.0)
    assert stamp == '1764558000 180'
    patch = node_patch(Facts({}, observed={'default/a': 1.0}, stamp=stamp), node('n'))
    assert patch['metadata']['annotations']['edge-sched.io/observed-at'] == stamp
    said = node('n', observed='{}', **{'observed-at': stamp})
    gone = node_patch(Facts({}), said)['metadata']['annotations']
    assert gone['edge-sched.io/observed-at'] is None and gone['edge-sched.io/observed'] is None
    # without observations there is nothing to stamp
    assert 'observed-at' not in str(node_patch(Facts({}, stamp=stamp), node('n')))
