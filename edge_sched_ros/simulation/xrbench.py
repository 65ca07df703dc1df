# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
XRBench mode: frames come as in XRBench's simulator, the real dispatcher decides.

Source: XRBench's published code (Kwon et al., MLSys 2023; XRBench/XRBench-MLSys2023, commit
8915666). Division of the work:

* The dispatcher keeps queues, units and costs; the policy ``latency_greedy`` places jobs. A model
  is a task of one stage with its own stream, and without limits on its queue and jobs in flight. A
  frame is released at its nominal time, so that its deadline does not shift when it is noticed
  late.
* :class:`XRBench` is the load generator and the timer: integer periods, frames noticed at events
  only, one frame of a model per event, the end as soon as the last frame has been noticed.
* XRBench decides once per event, but the dispatcher calls the policy after each of its own events.
So a wrapper calls the policy only at the ``TimerFired`` that closes an event. The wrapper also
drops late frames and hides frames whose predecessor is missing.
* XRBench keeps the result of a frame that a newer one overtook: such a frame is logged as answered
here, while the dispatcher drops it. Its cascades depend on counts of results, so they do not use
the dispatcher's ``after``.

Time is whole nanoseconds (its cycles at 1 GHz), not float32 ms: equal up to rounding. Trigger
probabilities below 1 are random in XRBench and not offered here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from typing import ClassVar

from edge_sched_ros.core import reasons
from edge_sched_ros.core.decisions import Decision
from edge_sched_ros.core.decisions import Drop
from edge_sched_ros.core.decisions import Release
from edge_sched_ros.core.decisions import Run
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.events import Event
from edge_sched_ros.core.events import FrameArrived
from edge_sched_ros.core.events import StageFinished
from edge_sched_ros.core.events import TimerFired
from edge_sched_ros.core.job import Job
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.view import View
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.simulation.objectives import Score
from edge_sched_ros.simulation.xrbench_scenario import score_of
from edge_sched_ros.simulation.xrbench_scenario import STAGE
from edge_sched_ros.simulation.xrbench_scenario import XRModel
from edge_sched_ros.simulation.xrbench_scenario import XRRow
from edge_sched_ros.simulation.xrbench_scenario import XRScenario

#: time during which XRBench makes frames
HORIZON_MS = 700
#: a run that ends within this time after an event counts as ended (XRBench's error margin)
_MARGIN_NS = 10_000


class _OncePerEvent:
    """XRBench's loop around a policy: inactive until the event closes; then drop, then decide."""

    parameters: ClassVar[tuple[PolicyParameter, ...]] = ()
    asks_when_busy: ClassVar[bool] = True

    def __init__(self, policy: Policy, models: tuple[XRModel, ...]) -> None:
        self.name = policy.name
        self.closing = False
        #: number of answered frames by model
        self.answered = {model.name: 0 for model in models}
        self._after = {model.name: model.after for model in models}
        self._policy = policy

    def decide(self, view: View) -> list[Decision]:
        """Drop late frames, or, when there are none, ask the inner policy."""
        if not self.closing:
            return []
        late: list[Decision] = [
            Drop(job.id, job.task, reasons.DEADLINE_UNREACHABLE)
            for job in view.ready
            if job.deadline_ns < view.now_ns
        ]
        return late or self._policy.decide(
            View(
                now_ns=view.now_ns,
                ready=[job for job in view.ready if self._has_input(job)],
                units=view.units,
                tasks=view.tasks,
                accounts=view.accounts,
                profiles=view.profiles,
                jobs=view.jobs,
            )
        )

    def _has_input(self, job: Job) -> bool:
        """Count results as XRBench does: a missing one blocks all that follow."""
        after = self._after[job.task]
        return not after or self.answered[after] > job.seq


class XRBench:
    """One run of a scenario; ``rows`` is its log, in XRBench's order."""

    def __init__(self, scenario: XRScenario) -> None:
        self.rows: list[XRRow] = []
        self._models = scenario.models
        self._costs = scenario.costs
        self._now_ns = 0
        self._policy = _OncePerEvent(make_policy('latency_greedy', {}), self._models)
        self.dispatcher = LowLevelDispatcher(
            tasks=scenario.tasks(),
            units=scenario.units(),
            policy=self._policy.name,
            make_policy=self._wrapped,
            profiles=scenario.profiles(),
        )
        #: number of frames noticed so far, by model
        self._noticed = dict.fromkeys(self._policy.answered, 0)
        #: job -> its release, and the time when it was noticed
        self._jobs: dict[int, tuple[Release, int]] = {}
        #: unit -> its running job, with start and end
        self._running: dict[str, tuple[Run, int, int]] = {}

    def run(self, horizon_ms: int = HORIZON_MS) -> Score:
        """Replay the scenario; frames still in flight at the end are not logged."""
        tick_ns = min(model.period_ns for model in self._models)
        next_tick_ns = tick_ns
        frames = {model.name: horizon_ms * NS_PER_MS // model.period_ns for model in self._models}
        while self._noticed != frames:
            self._notice(frames)
            self._retire()
            self._policy.closing = True
            self._send(TimerFired())
            self._policy.closing = False
            self._now_ns = min([next_tick_ns, *(end for _, _, end in self._running.values())])
            if self._now_ns == next_tick_ns:
                next_tick_ns += tick_ns
        return score_of(self.rows)

    def _wrapped(self, _name: str, _values: Mapping[str, Any]) -> Policy:
        return self._policy

    def _notice(self, frames: Mapping[str, int]) -> None:
        for model in self._models:
            seq = self._noticed[model.name]
            release_ns = seq * model.period_ns
            if seq < frames[model.name] and release_ns <= self._now_ns:
                self._noticed[model.name] += 1
                self._send(FrameArrived(model.name, seq, release_ns))

    def _retire(self) -> None:
        for unit, (run, start_ns, end_ns) in sorted(self._running.items()):
            if end_ns <= self._now_ns + _MARGIN_NS:
                del self._running[unit]
                self._policy.answered[run.task] += 1
                energy_mj = self._costs[(run.task, int(unit))][1]
                self._log(run.job, int(unit), start_ns, end_ns, energy_mj)
                done = StageFinished(run.job, STAGE, unit, start_ns, end_ns, energy_mj=energy_mj)
                self._send(done)

    def _send(self, event: Event) -> None:
        for decision in self.dispatcher.handle(event, self._now_ns):
            if isinstance(decision, Release):
                self._jobs[decision.job] = decision, self._now_ns
            elif isinstance(decision, Run):
                latency_ms = self._costs[(decision.task, int(decision.unit))][0]
                end_ns = self._now_ns + round(latency_ms * NS_PER_MS)
                self._running[decision.unit] = decision, self._now_ns, end_ns
            elif isinstance(decision, Drop) and decision.reason != reasons.OVERTAKEN:
                self._log(decision.job, None, self._now_ns, self._now_ns, 0.0)

    def _log(
        self, job: int, unit: int | None, start_ns: int, end_ns: int, energy_mj: float
    ) -> None:
        release, noticed_ns = self._jobs.pop(job)
        self.rows.append(
            XRRow(
                accelerator=unit or 0,
                model=release.task,
                frame=release.seq,
                injection_ms=noticed_ns / NS_PER_MS,
                dispatch_ms=start_ns / NS_PER_MS,
                deadline_ms=release.deadline_ns / NS_PER_MS,
                completion_ms=end_ns / NS_PER_MS,
                energy_mj=energy_mj,
                dropped=unit is None,
            )
        )
