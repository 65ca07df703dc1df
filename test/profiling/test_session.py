# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Many networks: what is finished stays, what is known is not measured again."""

from __future__ import annotations

from pathlib import Path

import pytest
from profiles import Clock
from profiles import Costed
from profiles import target
from profiles import units

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.profiling.additions import empty_profile
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.fingerprint import Fingerprint
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.profile_file import write_profile
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.session import steps
from edge_sched_ros.profiling.session import Wanted
from edge_sched_ros.system.measurement import Machine

HERE = Fingerprint(Machine(model='Board', cpu='Core', cores=2), {'numpy': '1'}, None)
CPUS = units('cpu0', 'cpu1')
LIMITS = Limits(min_runs=6, max_runs=6, warm_up=1)
#: jobs of one measurement
JOBS = LIMITS.min_runs + LIMITS.warm_up


class Rig:
    """Two networks on two units, and the file they are written to."""

    def __init__(self, folder: Path) -> None:
        self.clock = Clock()
        self.path = folder / 'profiles.yaml'
        self.programs: dict[str, Costed] = {}
        self.targets = []
        for index, name in enumerate(('first', 'second')):
            file = folder / f'{name}.onnx'
            file.write_text(name)
            program = Costed(('infer',), lambda *_, ms=index + 1.0: ms, self.clock.spend)
            self.programs[name] = program
            self.targets.append(
                target(
                    program,
                    {'infer': CPUS},
                    file=file,
                    network=name,
                    memory=lambda _: {'infer': 3.0},
                )
            )

    def run(self, **wanted) -> list[str]:
        """Measure what is missing; return what was."""
        found = read_profile(self.path) if self.path.exists() else empty_profile(HERE)
        done = []
        with Bench(CPUS, clock_ns=self.clock) as bench:
            wanted = Wanted(limits=LIMITS, handovers=False, **wanted)
            for step in steps(found, self.targets, bench, wanted):
                found = step.measure(found, lambda _share: None)
                write_profile(self.path, found)
                done.append(step.what)
        return done

    def costs(self) -> dict[tuple[str, str], float]:
        """Return (network, unit) -> median."""
        return {
            (name, unit): cost.latency_ms
            for name, network in read_profile(self.path).networks.items()
            for unit, cost in network.variants['base'].stages[0].cost.items()
        }


@pytest.fixture
def rig(tmp_path):
    return Rig(tmp_path)


ALL = ['first on cpu0', 'first on cpu1', 'second on cpu0', 'second on cpu1']


def test_everything_is_measured_once(rig):
    assert rig.run() == ALL
    assert rig.costs() == {
        ('first', 'cpu0'): 1.0, ('first', 'cpu1'): 1.0,
        ('second', 'cpu0'): 2.0, ('second', 'cpu1'): 2.0,
    }  # fmt: skip
    assert rig.run() == []


def test_it_goes_on_where_it_was_interrupted(rig):
    rig.programs['second']._fail_at = JOBS + 3
    with pytest.raises(ConfigError, match='second: infer on cpu1 failed'):
        rig.run()
    left = rig.costs()
    assert set(left) == {('first', 'cpu0'), ('first', 'cpu1'), ('second', 'cpu0')}
    rig.programs['second']._fail_at = 0
    before = len(rig.programs['first'].log)
    assert rig.run() == ['second on cpu1']
    assert len(rig.programs['first'].log) == before
    assert rig.costs().items() >= left.items()


def test_again_measures_what_is_known(rig):
    rig.run()
    rig.programs['first']._cost = lambda *_: 7.0
    assert rig.run(again=True) == ALL
    assert rig.costs()[('first', 'cpu0')] == 7.0


def test_another_file_has_other_costs(rig):
    rig.run()
    rig.targets[0].file.write_text('another network')
    assert rig.run() == ['first on cpu0', 'first on cpu1']


def test_costs_of_the_old_file_do_not_stay_beside_the_new_ones(rig):
    rig.run()
    rig.targets[0].file.write_text('another network')
    rig.run(units=('cpu0',))
    assert ('first', 'cpu1') not in rig.costs()


def test_only_the_units_asked_for(rig):
    assert rig.run(units=('cpu1',)) == ['first on cpu1', 'second on cpu1']
    assert rig.run() == ['first on cpu0', 'second on cpu0']


def test_memory_is_with_the_stage_that_holds_the_network(rig):
    rig.run(units=('cpu0',))
    network = read_profile(rig.path).networks['first']
    assert network.variants['base'].stages[0].cost['cpu0'].memory_mib == 3.0


def test_corun_pairs_are_bounded_and_kept(rig):
    pairs = [what for what in rig.run(corun_pairs=3) if 'beside' in what]
    assert len(pairs) == 3
    more = [what for what in rig.run(corun_pairs=5) if 'beside' in what]
    assert len(more) == 2 and not set(more) & set(pairs)


def test_hand_overs_are_measured_once(rig):
    found = empty_profile(HERE)
    wanted = Wanted(limits=LIMITS)
    with Bench(CPUS) as bench:
        plan = steps(found, rig.targets, bench, wanted)
        assert plan[-1].what == 'hand-overs between cpu0, cpu1'
        found = plan[-1].measure(found, lambda _share: None)
        assert [(one.begin, one.end) for one in found.transitions] == [
            ('cpu0', 'cpu1'), ('cpu1', 'cpu0'),
        ]  # fmt: skip
        assert not any(
            'hand-over' in step.what for step in steps(found, rig.targets, bench, wanted)
        )
