# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Input and output of XRBench mode, in the core's vocabulary."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.core.profiles import StageKey
from edge_sched_ros.core.tasks import NS_PER_MS
from edge_sched_ros.core.tasks import StageSpec
from edge_sched_ros.core.tasks import TaskSpec
from edge_sched_ros.core.tasks import VariantSpec
from edge_sched_ros.core.units import Unit
from edge_sched_ros.simulation.objectives import Score

_VARIANT = 'base'
#: a model's only stage: XRBench schedules whole models
STAGE = 'model'


@dataclass(frozen=True, slots=True)
class XRModel:
    """
    A model of a usage scenario.

    :param name: models are served in the order of their names
    :param fps: frames per second, 1..1000
    :param after: the model whose frame of the same number must have a result
    """

    name: str
    fps: int
    after: str = ''

    def __post_init__(self) -> None:
        """Check the rate; :raises ConfigError: naming the model."""
        if not 1 <= self.fps <= 1000:
            raise ConfigError(f'{self.name}.fps', f'must be from 1 to 1000, not {self.fps}')

    @property
    def period_ns(self) -> int:
        """The time between frames in nanoseconds: whole milliseconds, as in XRBench."""
        return 1000 // self.fps * NS_PER_MS


@dataclass(frozen=True, slots=True)
class XRRow:
    """
    A line of XRBench's log; times in ms.

    :param accelerator: 0 for a dropped frame, like in XRBench
    :param injection_ms: time of the event at which the frame was noticed
    :param dispatch_ms: for a dropped frame the time of the drop, like ``completion_ms``
    """

    accelerator: int
    model: str
    frame: int
    injection_ms: float
    dispatch_ms: float
    deadline_ms: float
    completion_ms: float
    energy_mj: float
    dropped: bool = False


@dataclass(frozen=True, slots=True)
class XRScenario:
    """
    Models and their costs.

    :param models: in any order
    :param costs: (model, accelerator index) -> (latency in ms, energy in mJ), for every pair
    :raises ConfigError: for a missing cost or an unknown predecessor
    """

    models: tuple[XRModel, ...]
    costs: Mapping[tuple[str, int], tuple[float, float]]

    def __post_init__(self) -> None:
        """Check that models and costs fit together."""
        names = {model.name for model in self.models}
        for model in self.models:
            if model.after and model.after not in names:
                raise ConfigError(f'{model.name}.after', f"there is no model '{model.after}'")
            for index in self.accelerators:
                if (model.name, index) not in self.costs:
                    raise ConfigError('costs', f'none of {model.name} on accelerator {index}')

    @property
    def accelerators(self) -> tuple[int, ...]:
        """The indices of the accelerators, ascending."""
        return tuple(sorted({index for _, index in self.costs}))

    def units(self) -> tuple[Unit, ...]:
        """Return the accelerators as units, named by their index."""
        return tuple(Unit(str(index), 'dla') for index in self.accelerators)

    def tasks(self) -> tuple[TaskSpec, ...]:
        """Return the models as tasks that accept every frame, with a deadline of one period."""
        stage = StageSpec(STAGE, tuple(str(index) for index in self.accelerators))
        no_limit = 1_000_000
        return tuple(
            TaskSpec(
                name=model.name,
                variants=(VariantSpec(_VARIANT, (stage,)),),
                deadline_ns=model.period_ns,
                stream=model.name,
                period_ns=model.period_ns,
                queue_depth=no_limit,
                max_in_flight=no_limit,
            )
            for model in self.models
        )

    def profiles(self) -> Profiles:
        """Return the costs in the dispatcher's form."""
        profiles = Profiles()
        for (model, index), (latency_ms, energy_mj) in self.costs.items():
            profiles.set(
                StageKey(model, _VARIANT, STAGE, str(index)),
                round(latency_ms * NS_PER_MS),
                source='xrbench',
                energy_mj=energy_mj,
            )
        return profiles


def score_of(rows: list[XRRow]) -> Score:
    """Return XRBench's scores of a log, over the models that occur in it."""
    score = Score(tuple(sorted({row.model for row in rows})))
    for row in rows:
        if row.dropped:
            score.no_answer(row.model, row.frame)
        else:
            score.spend(row.model, row.frame, row.energy_mj)
            late_ms = row.completion_ms - row.deadline_ms
            score.answer(row.model, row.frame, round(late_ms * NS_PER_MS))
    return score
