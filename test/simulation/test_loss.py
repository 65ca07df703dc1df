# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The loss of a run: what it counts, and that giving up does not lower it."""

from __future__ import annotations

import pytest

from edge_sched_ros.core.ledger import Ledger
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.simulation.objectives import loss

_STAGES = (StageSpec('s', ('cpu0',), 1.0, 0.0),)
TASK = TaskSpec(
    name='t',
    variants=(VariantSpec('full', _STAGES, 1.0), VariantSpec('light', _STAGES, 0.9)),
    deadline_ns=10,
    stream='t',
)


def _ledger(
    on_time: int, late: int, dropped: int, *, spent_mj: float = 0.0, variant: str = 'full'
) -> Ledger:
    ledger = Ledger(('t',))
    for _ in range(on_time + late + dropped):
        ledger.release('t', release_ns=0, now_ns=0, worst_energy_mj=2.0 if spent_mj else 0.0)
    for is_on_time in [True] * on_time + [False] * late:
        ledger.complete('t', on_time=is_on_time, response_ns=1, now_ns=1, variant=variant)
        ledger.spend('t', spent_mj)
    for _ in range(dropped):
        ledger.drop('t', 'superseded')
    return ledger


def _loss(*counts: int, **more: float | str) -> float:
    return loss([TASK], _ledger(*counts, **more).tasks)  # type: ignore[arg-type]


def test_misses_accuracy_and_energy_add_up():
    assert _loss(10, 0, 0) == 0
    assert _loss(5, 2, 3) == pytest.approx(0.5)
    assert _loss(5, 0, 5, variant='light') == pytest.approx(0.5 + 0.5 * 0.1)
    assert _loss(10, 0, 0, spent_mj=1.0) == pytest.approx(0.1 * 0.5)
    assert _loss(0, 0, 0) == 0


@pytest.mark.parametrize('variant', ['full', 'light'])
@pytest.mark.parametrize('served', range(10))
def test_one_more_job_on_time_always_lowers_it(served, variant):
    # at the highest price: every job on the unit that needs most energy
    more = _loss(served + 1, 0, 9 - served, spent_mj=2.0, variant=variant)
    assert more < _loss(served, 0, 10 - served, spent_mj=2.0, variant=variant)


def test_uxcost_can_be_won_by_giving_up_and_the_loss_cannot():
    served, given_up = _ledger(9, 0, 1, spent_mj=2.0), _ledger(1, 0, 9, spent_mj=0.05)
    assert given_up.uxcost < served.uxcost
    assert loss([TASK], given_up.tasks) > loss([TASK], served.tasks)
