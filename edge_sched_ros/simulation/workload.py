# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Workload files: which tasks ask for what, when."""

from __future__ import annotations

from typing import Any
from typing import Literal

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.schema import Name
from edge_sched_ros.simulation.schema import NotNegative
from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Share
from edge_sched_ros.simulation.schema import Strict


class Stream(Strict):
    """Frames of a sensor."""

    period_ms: Positive = Field(description='Mean time between frames.')
    arrivals: Literal['periodic', 'poisson'] = Field('periodic', description='How they come.')
    jitter_ms: NotNegative = Field(
        0.0, description='A frame is taken up to this long after its due time (uniform).'
    )
    phase_ms: NotNegative | None = Field(
        None, description='Time of the first frame; random within a period where absent.'
    )


class Stage(Strict):
    """A schedulable piece of a network."""

    name: Name
    cost: dict[str, Cost] = Field({}, description='By unit name, unit type or unit kind.')
    library: str = Field('', description="A network of the platform's cost table instead.")
    scale: Positive = Field(1.0, description='Times the cost (a part of a listed network).')
    per_item: NotNegative = Field(
        0.0, description='What every further item of a cascade adds, as a share of the latency.'
    )
    chance: float = Field(1.0, gt=0, le=1, description='How likely a job comes to it.')
    exit_chance: Share = Field(0.0, description='How likely the answer is known after it.')


class Variant(Strict):
    """A lighter or heavier form of a network: stages, or layers for the array cost model."""

    accuracy: Share = Field(1.0, description='Relative to the best variant.')
    stages: tuple[Stage, ...] = Field((), description='Run one after the other.')
    layers: str = Field('', description='A network of the layer library (array platforms).')
    segments: int = Field(4, ge=1, le=200, description='Stages the layers are grouped into.')
    skippable: tuple[int, ...] = Field((), description='Segments that may be skipped, from 0.')
    skip_chance: float = Field(0.0, ge=0, lt=1, description='How likely each of these is skipped.')
    exits: dict[int, Share] = Field({}, description='Segment -> chance that it is the last.')

    @model_validator(mode='after')
    def _one_of_two(self) -> Variant:
        if bool(self.stages) == bool(self.layers):
            raise ValueError('needs either stages or layers')
        return self


class Network(Strict):
    """Variants of a network, the best first; its own keys stand for a single one."""

    variants: dict[Name, Variant] = Field(min_length=1)

    @model_validator(mode='before')
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, dict) and 'variants' not in value:
            return {'variants': {'base': value}}
        return value


class Task(Strict):
    """A network bound to a stream or to another task's answers."""

    network: str
    stream: str = Field('', description='The stream whose frames activate it.')
    after: str = Field('', description='The task whose answers activate it.')
    period_ms: Positive | None = Field(None, description='A stream of its own with this period.')
    jitter_ms: NotNegative = Field(0.0, description='Of that stream of its own.')
    phase_ms: NotNegative | None = Field(None, description='Of that stream of its own.')
    deadline_ms: Positive | None = Field(None, description="The stream's period where absent.")
    probability: Share = Field(1.0, description='A cascade: how often there is something to do.')
    fan_out: tuple[int, int] = Field(
        (1, 1), description='A cascade: fewest and most items when there is something to do.'
    )
    priority: int = 0
    every_n: int = Field(1, ge=1)
    queue_depth: int = Field(1, ge=1)
    max_in_flight: int = Field(1, ge=1)
    enabled: bool = True

    @model_validator(mode='after')
    def _one_trigger(self) -> Task:
        given = [key for key in ('stream', 'after', 'period_ms') if getattr(self, key)]
        if len(given) != 1:
            raise ValueError('needs exactly one of stream, after and period_ms')
        low, high = self.fan_out
        if not 1 <= low <= high:
            raise ValueError('fan_out must be [fewest, most] with 1 <= fewest <= most')
        return self


class Change(Strict):
    """Something that changes during the run."""

    at_s: NotNegative
    task: str = Field('', description='Change this task: ``set`` names the keys.')
    stream: str = Field('', description='Change the period of this stream.')
    unit: str = Field('', description='Change the mode or state of this unit.')
    set: dict[str, Any] = Field({}, description='deadline_ms, period_ms, enabled, mode, ...')

    @model_validator(mode='after')
    def _one_object(self) -> Change:
        if sum(map(bool, (self.task, self.stream, self.unit))) > 1:
            raise ValueError('names more than one of task, stream and unit')
        if not self.set:
            raise ValueError('sets nothing')
        return self


class Workload(Strict):
    """A workload file."""

    name: str = ''
    description: str = ''
    streams: dict[Name, Stream] = {}
    tasks: dict[Name, Task] = Field(min_length=1)
    networks: dict[Name, Network] = Field(min_length=1)
    changes: tuple[Change, ...] = ()
