# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Tasks after another one over several devices: deaths, bad links, and nothing left behind."""

from __future__ import annotations

import pytest
from fleets import Fleet
from fleets import MS

CASCADE = {'tasks': ('first', 'second'), 'after': {'second': 'first'}}


def tensors(fleet: Fleet) -> dict[str, int]:
    """Return how many tensors each device keeps."""
    return {name: len(device.server._partitions.store) for name, device in fleet.devices.items()}


def calm(fleet: Fleet) -> None:
    """Let everything end."""
    fleet.run(1000)
    assert not fleet.coordinator.in_flight


def test_every_answer_is_followed_by_one_of_the_next_task_and_nothing_stays():
    fleet = Fleet(**CASCADE)
    fleet.add('left')
    fleet.add('right')
    fleet.run(300)
    fleet.run(1000, fps=10)
    calm(fleet)
    ends = [(end.task, end.outcome, end.frame.seq, end.items) for end in fleet.ends]
    assert ends == [
        one
        for seq in range(1, fleet.frames + 1)
        # the picture of the first is the helper's one box: its fan-out
        for one in (('first', 'on_time', seq, 1), ('second', 'on_time', seq, 1))
    ]
    assert tensors(fleet) == {'home': 0, 'left': 0, 'right': 0}


@pytest.mark.parametrize('policy', ['whole_network', 'look_ahead', 'earliest_finish'])
def test_a_death_between_two_tasks_loses_no_account(policy):
    fleet = Fleet(**CASCADE, policy=policy)
    fleet.add('left')
    fleet.add('right')
    fleet.run(300)
    fleet.run(400, fps=20)
    fleet.kill('left')
    fleet.run(800, fps=20)
    calm(fleet)
    accounts = fleet.dispatcher.ledger.tasks
    assert accounts['first'].released == accounts['second'].released == fleet.frames
    answered = accounts['first'].on_time + accounts['first'].late
    assert accounts['second'].dropped.get('upstream', 0) == fleet.frames - answered
    assert accounts['second'].on_time
    assert {end.frame.seq for end in fleet.ends if end.task == 'second'} == set(
        range(1, fleet.frames + 1)
    )
    assert tensors(fleet) == {'home': 0, 'right': 0}


@pytest.mark.parametrize('policy', ['whole_network', 'look_ahead'])
def test_answers_of_two_devices_are_joined_and_a_death_loses_no_account(policy):
    """The answer that comes first waits for the other; nothing is kept when both have ended."""
    both = {'both': ('first', 'second'), 'last': 'both'}
    fleet = Fleet(tasks=('first', 'second', 'both', 'last'), after=both, policy=policy)
    fleet.add('left')
    fleet.add('right')
    fleet.run(300)
    fleet.run(400, fps=8)
    calm(fleet)
    assert fleet.outcomes() == {'on_time': 4 * fleet.frames}
    assert tensors(fleet) == {'home': 0, 'left': 0, 'right': 0}
    assert not fleet.coordinator._driver._orders._ended
    fleet.run(200, fps=20)
    fleet.kill('left')
    fleet.run(400, fps=20)
    calm(fleet)
    accounts = fleet.dispatcher.ledger.tasks
    assert {one.released for one in accounts.values()} == {fleet.frames}
    given = [one.frame.seq for one in fleet.ends if one.task == 'both' and one.result is not None]
    answered = {
        name: {e.frame.seq for e in fleet.ends if e.task == name and e.result is not None}
        for name in ('first', 'second')
    }
    assert set(given) <= answered['first'] & answered['second'] and len(given) > 8
    lost = accounts['both'].dropped.get('join_incomplete', 0)
    assert lost == fleet.frames - len(answered['first'] & answered['second'])
    assert tensors(fleet) == {'home': 0, 'right': 0}
    assert not fleet.coordinator._driver._orders._ended


def test_without_devices_the_next_task_is_dropped_as_upstream():
    fleet = Fleet(**CASCADE)
    fleet.run(200, fps=10)
    assert fleet.outcomes() == {
        'dropped no_device': fleet.frames, 'dropped upstream': fleet.frames,
    }  # fmt: skip
    assert tensors(fleet) == {'home': 0}


def test_a_frame_that_nobody_can_work_on_is_accounted_for():
    from edge_sched_ros.fleet.wire.frame_key import FrameKey

    fleet = Fleet(**CASCADE)
    fleet.add('left')
    fleet.run(300)
    fleet.coordinator.lose(FrameKey('camera', 77), 'no_fresh_image', age_ns=3 * MS)
    calm(fleet)
    assert fleet.outcomes() == {'failed no_fresh_image': 1, 'dropped upstream': 1}
    assert [(end.frame, end.age_ns) for end in fleet.ends] == [(None, 3 * MS)] * 2
