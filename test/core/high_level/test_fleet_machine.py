# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Whatever devices, links and frames do: no job is lost, and a log gives the same decisions."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from fleet_bench import FleetBench
from fleet_bench import graph_of
from fleet_bench import MS
from fleet_bench import offer
from fleet_bench import task
from hypothesis import given
from hypothesis import Phase
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import Started
from edge_sched_ros.core.events import Stopped
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.high_level.codec import from_dict
from edge_sched_ros.core.high_level.codec import to_dict
from edge_sched_ros.core.high_level.events import DeviceLoad
from edge_sched_ros.core.high_level.events import LinkMeasured
from edge_sched_ros.core.high_level.events import PartitionExited
from edge_sched_ros.core.high_level.events import TaskChanged
from edge_sched_ros.core.high_level.events import TensorArrived
from edge_sched_ros.core.high_level.graph import NetworkGraph
from edge_sched_ros.core.high_level.tasks import FleetTask
from edge_sched_ros.core.high_level.tasks import FleetVariant
from edge_sched_ros.policies.high_level.registry import high_level_policy_classes

POLICIES = sorted(high_level_policy_classes())
DEVICES = ('robot', 'desk', 'orin')


@st.composite
def graphs(draw: st.DrawFn, name: str) -> NetworkGraph:
    """Return a network in which every segment takes some of the tensors before it."""
    count = draw(st.integers(1, 6))
    tensors, used, edges = ['image'], set(), {}
    for number in range(count):
        inputs = draw(st.lists(st.sampled_from(tensors), min_size=1, max_size=3, unique=True))
        if number == count - 1:  # what nobody has taken is taken at the end
            inputs = sorted({*inputs, *(t for t in tensors[1:] if t not in used)})
        given_ = f't{number}' if number < count - 1 else 'result'
        edges[f's{number}'] = (tuple(inputs), (given_,))
        used.update(inputs)
        tensors.append(given_)
    return graph_of(name, edges)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[tuple[FleetTask, ...], list]:
    """Return tasks, and what devices may offer."""
    nets = [draw(graphs(f'net{n}')) for n in range(draw(st.integers(1, 2)))]
    tasks: list[FleetTask] = []
    for n in range(draw(st.integers(1, 3))):
        net = nets[draw(st.integers(0, len(nets) - 1))]
        before = draw(st.sampled_from([None, *tasks]))
        same = [] if before is None else [one.name for one in tasks if one.home == before.home]
        more = [name for name in same if name != before.name and draw(st.booleans())]
        lighter = replace(net, name=f'{net.name}:light')
        both = (FleetVariant('base', net), FleetVariant('light', lighter, 0.9))
        tasks.append(
            task(
                f'task{n}', net,
                stream='camera' if before is None else draw(st.sampled_from(['camera', 'made'])),
                after='' if before is None else before.name,
                joined_with=tuple(more),
                deadline_ns=draw(st.integers(1, 60)) * MS,
                home=draw(st.sampled_from(DEVICES)) if before is None else before.home,
                max_in_flight=draw(st.integers(1, 3)), queue_depth=draw(st.integers(1, 2)),
                every_n=draw(st.integers(1, 2)), priority=n,
                variants=both if draw(st.booleans()) else (),
            )
        )  # fmt: skip
    used = {graph.name: graph for one in tasks for graph in one.graphs}
    offers = []
    for device in DEVICES:
        units = ('cpu0', 'gpu0')[: draw(st.integers(1, 2))]
        names = sorted({s.name for net in used.values() for s in net.segments})
        times = {
            name: {u: draw(st.floats(0.1, 20)) for u in units}
            for name in names
            if draw(st.integers(0, 9)) < 8
        }
        offers.append(
            offer(device, *used.values(), units=units, times={n: times.get(n) for n in names})
        )
    return tuple(tasks), offers


EVENTS = (
    ClockJumped(-7), Stopped(), Started(), TimerFired(),
    TaskChanged({'enabled': False}, task='task0'), TaskChanged({'enabled': True}, task='task0'),
    TaskChanged({'max_in_flight': 1, 'queue_depth': 1}, task='task0'),
    TaskChanged({'variant': 'base'}, task='task0'), TaskChanged({'variant': ''}, task='task0'),
    LinkMeasured('robot', 'desk', 40 * MS, 1e6), LinkMeasured('desk', 'robot', 0, 0.0),
    DeviceLoad('desk', {'cpu0': 90 * MS}), DeviceLoad('desk', {'cpu0': 0}, ('cpu0',)),
    DeviceLoad('desk', {'nothing': 0}), DeviceLoad('nobody', {}),
    PartitionExited(3, 's0', 'desk', 0, 1), TensorArrived(2, 't0', 'desk'),
    TensorArrived(0, 'image', 'orin'), TensorArrived(1, 'what', 'nobody'),
    *(TaskChanged({'policy': name}) for name in POLICIES),
)  # fmt: skip
STEP = st.one_of(
    st.tuples(st.just('frame'), st.just(0)),
    st.tuples(st.just('run'), st.integers(0, 9)),
    st.tuples(st.just('run'), st.integers(0, 9)),
    st.tuples(st.just('deliver'), st.integers(0, 9)),
    st.tuples(st.just('deliver'), st.integers(0, 9)),
    st.tuples(st.just('fail'), st.integers(0, 9)),
    st.tuples(st.just('lose_transfer'), st.integers(0, 9)),
    st.tuples(st.just('lose'), st.integers(0, 2)),
    st.tuples(st.just('join'), st.integers(0, 2)),
    st.tuples(st.just('event'), st.integers(0, len(EVENTS) - 1)),
)


def _drive(bench: FleetBench, offers: list, steps: list) -> None:
    for wait_ms, (what, which) in steps:
        bench.now_ns += wait_ms * MS
        orders, pushes = bench.sendable(), bench.runnable()
        if what == 'frame':
            bench.frame()
        elif what == 'run' and pushes:
            bench.run(pushes[which % len(pushes)], ms=which, costs=which % 2 == 0)
        elif what == 'fail' and bench.pushed:
            one = list(bench.pushed.values())[which % len(bench.pushed)]
            bench.fail(one, retry=which % 3 > 0)
        elif what == 'deliver' and orders:
            bench.deliver(orders[which % len(orders)])
        elif what == 'lose_transfer' and bench.orders:
            bench.lose_transfer(list(bench.orders.values())[which % len(bench.orders)])
        elif what == 'lose':
            bench.lose(DEVICES[which])
        elif what == 'join':
            bench.join(offers[which])
        elif what == 'event':
            bench.send(EVENTS[which])


@pytest.mark.parametrize('policy', POLICIES)
@settings(max_examples=150, deadline=None, phases=set(Phase) - {Phase.explain})
@given(
    worlds(),
    st.lists(st.sampled_from(DEVICES), unique=True),
    st.lists(st.tuples(st.integers(0, 9), STEP), max_size=50),
)
def test_whatever_happens_every_job_ends_once_and_a_log_replays(policy, world, first, steps):
    """``FleetBench`` validates after every event, and refuses what devices could not do."""
    tasks, offers = world
    bench = FleetBench(*tasks, policy=policy, links={})
    for device in first:
        bench.join(offers[DEVICES.index(device)])
    _drive(bench, offers, steps)
    bench.finish_all()
    assert not bench.dispatcher.jobs, 'devices have nothing to do, and jobs are in flight'
    assert set(bench.ended) == set(bench.released)
    assert not bench.dispatcher.waiting
    log = json.loads(json.dumps([(at, to_dict(event)) for at, event in bench.log]))
    again = FleetBench(*tasks, policy=policy, links={}).dispatcher
    replayed = [d for at, event in log for d in again.handle(from_dict(event), at)]
    assert replayed == bench.decisions
    kept = [from_dict(json.loads(json.dumps(to_dict(d)))) for d in bench.decisions]
    assert kept == bench.decisions
