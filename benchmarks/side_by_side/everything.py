# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""All experiments, one after another."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks.side_by_side import real_networks
from benchmarks.side_by_side.analysis import summary
from benchmarks.side_by_side.contenders.base import Order
from benchmarks.side_by_side.contenders.registry import CONTENDERS
from benchmarks.side_by_side.contenders.registry import SCHEDULER
from benchmarks.side_by_side.experiments import frame_rates
from benchmarks.side_by_side.experiments import growth
from benchmarks.side_by_side.experiments import overhead
from benchmarks.side_by_side.experiments import startup
from benchmarks.side_by_side.experiments.loads import LoadsExperiment
from benchmarks.side_by_side.experiments.one_run import Bench
from benchmarks.side_by_side.experiments.transport import capacity_beside
from benchmarks.side_by_side.faults import BenchFault
from benchmarks.side_by_side.pictures import picture_file
from benchmarks.side_by_side.workload import bundled
from benchmarks.side_by_side.workload import KINDS
from benchmarks.side_by_side.workload import Workload

#: networks made by others are measured at fewer loads
_REAL_LOADS, _REAL_REPETITIONS = (0.8, 1.3), 3
#: of the cameras while contenders start
_FIRST_HZ = 10.0


class Everything:
    """
    The whole benchmark.

    :param pictures_folder: pictures are kept there from one benchmark to the next
    :param say: told what happens
    """

    def __init__(
        self,
        bench: Bench,
        *,
        contenders: list[str],
        policy: str,
        real: bool,
        pictures_folder: Path,
        say: Callable[[str], None],
    ) -> None:
        self._bench = bench
        self._contenders = contenders
        self._policy = policy
        self._real = real
        self._say = say
        self._pictures_folder = pictures_folder
        self._found: dict[str, Any] = {'plan': self._plan(), 'loads': {}, 'faults': []}

    def measure(self, only: list[str]) -> dict[str, Any]:
        """Run the experiments named and return what they found, without the machine."""
        order = self._order(bundled())
        pictures = picture_file(self._pictures_folder, order.workload.name, self._say)
        if 'loads' in only:
            self._loads(order, pictures)
        if self._real:
            self._real_loads()
        if 'overhead' in only:
            self._note('overhead', lambda: overhead.measure(self._bench, pictures, self._policy))
        if 'startup' in only:
            scheduler = CONTENDERS[SCHEDULER]
            self._note('startup', lambda: startup.measure(self._bench, scheduler, order, pictures))
            self._found['startup_s'] = (self._found['startup'] or {}).get('first_answer_s')
        if 'frame_rates' in only:
            measure = partial(frame_rates.measure, self._bench, pictures, self._policy, self._say)
            self._note('frame_rates', measure)
        if 'growth' in only:
            self._note('growth', lambda: growth.measure(self._bench, self._policy))
        return self._found

    def _plan(self) -> dict[str, Any]:
        return {
            **asdict(self._bench.plan),
            'policy': self._policy or 'the default',
            'deadline_periods': {kind.name: kind.deadline_periods for kind in KINDS},
        }

    def _order(self, workload: Workload) -> Order:
        file = self._bench.folder / f'workload_{workload.name}.json'
        workload.save(file)
        return Order(workload, file, self._bench.folder, _FIRST_HZ, [], self._policy)

    def _note(self, name: str, measure: Callable[[], Any]) -> None:
        """Measure something; a fault leaves a gap and a line."""
        self._say(name)
        self._found[name] = None
        try:
            self._found[name] = measure()
        except BenchFault as fault:
            self._found['faults'].append(f'{name}: {fault}')
            self._say(f'FAULT {self._found["faults"][-1]}')

    def _loads(self, order: Order, pictures: Path) -> None:
        loads = LoadsExperiment(self._bench, order, pictures, self._contenders, self._say).run()
        self._found['faults'] += loads.faults
        self._found['bare_loop'] = summary.bare_summary(loads)
        self._found['loads'] = summary.loads_summary(loads)
        self._found['others_cpu_share_most'] = summary.others_share(loads)
        # a rate that is given saturates nothing
        measured = self._bench.plan.full_hz is None
        saturation = summary.saturation(loads, loads.bare if measured else [])
        self._found['saturation'] = saturation
        self._found['saturation_ratio_to_bare_loop'] = saturation['mean']
        self._found['bare_cpp_loop'] = summary.bare_cpp_summary(loads)
        over_cpp = summary.saturation(loads, loads.bare_cpp if measured else [])
        self._found['saturation_ratio_to_bare_cpp_loop'] = over_cpp['mean']
        highest_hz = max(loads.rate_hz.values())
        self._note(
            'bare_loop_beside_transport',
            lambda: capacity_beside(self._bench, order, pictures, highest_hz).to_dict(),
        )

    def _real_loads(self) -> None:
        """Measure networks made by others, where they are."""
        if gone := real_networks.missing():
            folder = real_networks.data_folder()
            self._say(f'real networks: skipped, {", ".join(gone)} not in {folder}')
            self._found['real'] = None
            return
        order = self._order(real_networks.real(self._bench.folder))
        pictures = picture_file(self._pictures_folder, order.workload.name, self._say)
        plan = self._bench.plan
        repetitions = min(_REAL_REPETITIONS, plan.repetitions)
        bench = replace(
            self._bench, plan=replace(plan, loads=_REAL_LOADS, repetitions=repetitions)
        )
        loads = LoadsExperiment(bench, order, pictures, self._contenders, self._say).run()
        self._found['faults'] += [f'real networks: {fault}' for fault in loads.faults]
        self._found['real'] = {
            'bare_loop': summary.bare_summary(loads),
            'loads': summary.loads_summary(loads),
        }
