# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A device that keeps failing gets no more of a network for a while, and is tried again."""

from __future__ import annotations

import pytest
from fleet_bench import chain
from fleet_bench import FleetBench
from fleet_bench import MS
from fleet_bench import offer
from fleet_bench import pushes
from fleet_bench import task

from edge_sched_ros.core import reasons
from edge_sched_ros.core.high_level.breakers import Breaker
from edge_sched_ros.core.high_level.breakers import LEAST_FAILURES
from edge_sched_ros.core.high_level.breakers import MOST_PAUSE_NS


@pytest.fixture(params=['whole_network', 'earliest_finish', 'least_loaded', 'look_ahead'])
def bench(request):
    """Return a fast device and a slow one, for a task with time enough for both."""
    net = chain()
    bench = FleetBench(task('detector', net, deadline_ns=1000 * MS), policy=request.param)
    bench.join(offer('desk', net, ms=1), offer('orin', net, ms=9))
    return bench


def _devices(bench):
    """Let a frame arrive, let the fast device fail, and return where it was tried."""
    tried = {device for _, device in pushes(bench.frame())}
    for _ in range(50):
        if orders := bench.sendable():
            bench.deliver(orders[0])
            continue
        runnable = bench.runnable()
        if not runnable:
            return sorted(tried)
        push = runnable[0]
        if push.device == 'desk':
            tried |= {device for _, device in pushes(bench.fail(push, 'engine_failed'))}
        else:
            bench.run(push, ms=1)
    raise AssertionError('never ends')


def _fail_until_blocked(bench):
    """Let frames arrive until the fast device is blocked; return how many."""
    frames = 0
    while not any(one.blocked for one in bench.dispatcher.failing):
        assert _devices(bench) == ['desk', 'orin']
        frames += 1
    # policies that cut finely fail several times a frame
    assert 1 <= frames <= LEAST_FAILURES
    (failing,) = bench.dispatcher.failing
    assert (failing.device, failing.network, failing.reason) == ('desk', 'net', 'engine_failed')
    assert failing.blocked and failing.open_until_ns > bench.now_ns
    return frames


def test_a_device_that_keeps_failing_gets_no_more_of_the_network(bench):
    frames = _fail_until_blocked(bench)
    for _ in range(5):
        assert _devices(bench) == ['orin']
    assert bench.account('detector').on_time == frames + 5


def test_it_is_tried_again_with_growing_pauses_and_trusted_after_some_successes(bench):
    _fail_until_blocked(bench)
    for pause_ms in (1000, 2000, 4000):
        bench.now_ns += (pause_ms - 20) * MS
        assert _devices(bench) == ['orin']
        bench.now_ns += 40 * MS
        assert _devices(bench) == ['desk', 'orin']
        assert bench.dispatcher.failing[0].blocked
    bench.now_ns += 9000 * MS
    for _ in range(20):
        bench.frame()
        bench.finish_all()
    assert bench.dispatcher.failing == []
    assert {device for _, device in pushes(bench.frame())} == {'desk'}


def test_it_takes_over_when_the_device_that_replaced_it_is_lost(bench):
    frames = _fail_until_blocked(bench)
    decisions = bench.frame()
    assert {device for _, device in pushes(decisions)} == {'orin'}
    assert {device for _, device in pushes(bench.lose('orin'))} == {'desk'}
    assert not bench.dispatcher.failing[0].blocked
    bench.finish_all()
    assert bench.account('detector').on_time == frames + 1


def test_a_device_without_another_is_tried_on():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net))
    for _ in range(10):
        assert _devices(bench) == ['desk']
    assert bench.account('detector').failed == {'engine_failed': 10}
    (failing,) = bench.dispatcher.failing
    assert not failing.blocked and failing.open_until_ns


def test_another_network_of_that_device_is_not_touched():
    net, other = chain(), chain('other')
    bench = FleetBench(
        task('detector', net, deadline_ns=1000 * MS), task('depth', other, stream='back')
    )
    bench.join(offer('desk', net, other, ms=1), offer('orin', net, other, ms=9))
    _fail_until_blocked(bench)
    assert _devices(bench) == ['orin']
    assert pushes(bench.frame('back')) == [('s0..s2', 'desk')]


def test_segments_that_must_stay_at_home_are_never_blocked():
    net = chain(home_only=(2,))
    bench = FleetBench(task('tracker', net, home='desk', deadline_ns=1000 * MS))
    bench.join(offer('desk', net, ms=1), offer('orin', net, ms=1))
    for _ in range(2 * LEAST_FAILURES):
        bench.frame()
        while orders := bench.sendable():
            bench.deliver(orders[0])
        bench.fail(bench.runnable()[0], 'engine_failed')
        bench.finish_all()
    assert ('s2', 'desk') in pushes(bench.frame())


def test_a_device_that_comes_back_begins_anew(bench):
    _fail_until_blocked(bench)
    bench.lose('desk')
    bench.join(offer('desk', chain(), ms=1))
    assert bench.dispatcher.failing == []
    assert {device for _, device in pushes(bench.frame())} == {'desk'}


def test_some_failures_among_many_successes_open_nothing():
    breaker = Breaker()
    for number in range(100):
        if number % 3 == 0:
            breaker.failed('broken', number)
        else:
            breaker.succeeded(number)
    assert not breaker.is_open(100)


def test_pauses_have_a_limit():
    breaker, now_ns = Breaker(), 0
    for _ in range(40):
        breaker.failed('broken', now_ns)
        now_ns = max(now_ns + 1, breaker.open_until_ns)
    assert breaker.pause_ns == MOST_PAUSE_NS


def test_inputs_that_never_came_are_no_fault_of_the_device_that_waited():
    net = chain()
    bench = FleetBench(task('detector', net))
    bench.join(offer('desk', net), offer('orin', net))
    for _ in range(2 * LEAST_FAILURES):
        bench.frame()
        while orders := bench.sendable():
            bench.deliver(orders[0])
        bench.fail(bench.runnable()[0], reasons.NO_INPUTS)
        bench.finish_all()
    assert bench.dispatcher.failing == []
