# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Workload files: which tasks ask for what, when."""

from __future__ import annotations

from typing import Annotated
from typing import Any
from typing import Literal

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.simulation.checks import check_fan_out
from edge_sched_ros.simulation.checks import check_jitter
from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.schema import File
from edge_sched_ros.simulation.schema import Name
from edge_sched_ros.simulation.schema import NotNegative
from edge_sched_ros.simulation.schema import Number
from edge_sched_ros.simulation.schema import Positive
from edge_sched_ros.simulation.schema import Share
from edge_sched_ros.simulation.schema import Strict
from edge_sched_ros.simulation.schema import Truth
from edge_sched_ros.simulation.schema import Whole


class Stream(Strict):
    """Frames of a sensor."""

    period_ms: Positive = Field(description='Mean time between frames.')
    arrivals: Literal['periodic', 'poisson'] = Field('periodic', description='How they come.')
    jitter_ms: NotNegative = Field(
        0.0,
        description='A frame is taken up to this long after its due time (uniform); at most the '
        'period.',
    )
    phase_ms: NotNegative | None = Field(
        None,
        description='When the first frame is due; where absent at random within a period '
        '(``poisson``: after a random time like any other).',
    )

    @model_validator(mode='after')
    def _in_order(self) -> Stream:
        check_jitter(self.jitter_ms, self.period_ms)
        return self


class Stage(Strict):
    """A schedulable piece of a network."""

    name: Name = Field(description='Unique in its variant.')
    cost: dict[Named, Cost] = Field(
        {}, description='By unit name, else type, else kind; units without cost cannot run it.'
    )
    library: Named = Field(
        '',
        description="A network of the platform's cost table; entries of ``cost`` replace its.",
    )
    scale: Positive = Field(
        1.0, description='Times latency and energy (a part of a listed network).'
    )
    per_item: NotNegative = Field(
        0.0,
        description='What every further item of a cascade adds, as a share of the latency; '
        'on top of ``per_item_ms``.',
    )
    chance: Number = Field(
        1.0,
        gt=0,
        le=1,
        description='How likely a job that comes to it needs it; the first stage always runs.',
    )
    exit_chance: Number = Field(
        0.0, ge=0, lt=1, description='How likely the answer is known after it.'
    )


class Variant(Strict):
    """A form of a network: either stages, or layers for the array cost model."""

    accuracy: Share = Field(1.0, description='Relative to the best variant.')
    stages: tuple[Stage, ...] = Field((), description='Run one after the other.')
    layers: Named = Field('', description='A network of the layer library (array platforms).')
    segments: Whole = Field(
        4, ge=1, le=200, description='Stages the layers are grouped into, of about equal latency.'
    )
    skippable: tuple[Whole, ...] = Field(
        (), description='Segments that may be skipped, counted from 0; the first never is.'
    )
    skip_chance: Number = Field(
        0.0, ge=0, lt=1, description='How likely each of these is skipped.'
    )
    exits: dict[Whole, Annotated[float, Field(strict=True, ge=0, lt=1)]] = Field(
        {}, description='Segment, counted from 0 -> chance that it is the last.'
    )

    @model_validator(mode='after')
    def _one_of_two(self) -> Variant:
        if bool(self.stages) == bool(self.layers):
            raise ValueError('needs either stages or layers')
        return self


class Network(Strict):
    """Variants of a network, the best first; one alone may give its keys right here."""

    variants: dict[Name, Variant] = Field(
        min_length=1, description='By name; jobs begin as the first unless the policy says else.'
    )

    @model_validator(mode='before')
    @classmethod
    def _single(cls, value: Any) -> Any:
        if isinstance(value, dict) and 'variants' not in value:
            return {'variants': {'base': value}}
        return value


class Task(Strict):
    """A network with its trigger: exactly one of ``stream``, ``after`` and ``period_ms``."""

    network: Named = Field(description='A key of ``networks``.')
    stream: Named = Field('', description='The stream whose frames activate it.')
    after: Named = Field('', description='The task whose answers activate it (a cascade).')
    period_ms: Positive | None = Field(None, description='A stream of its own with this period.')
    jitter_ms: NotNegative = Field(0.0, description='Of that stream of its own.')
    phase_ms: NotNegative | None = Field(None, description='Of that stream of its own.')
    deadline_ms: Positive | None = Field(
        None,
        description='From the frame to the answer, in a cascade too; where absent the period of '
        'the stream times every ``every_n`` on the way.',
    )
    probability: Share = Field(
        1.0, description='A cascade: how often an answer before it has something to do for it.'
    )
    fan_out: tuple[Whole, Whole] = Field(
        (1, 1),
        description='A cascade: fewest and most items when there is something to do (>= 1).',
    )
    priority: Whole = Field(0, description='Higher is more urgent; not every policy looks at it.')
    every_n: Whole = Field(
        1, ge=1, description='Works on every n-th frame (cascade: answer with something to do).'
    )
    queue_depth: Whole = Field(
        1, ge=1, description='Jobs that may wait; one more drops the oldest (``superseded``).'
    )
    max_in_flight: Whole = Field(1, ge=1, description='Jobs that may have begun and not ended.')
    enabled: Truth = Field(True, description='Whether it works on frames at all.')

    @model_validator(mode='after')
    def _one_trigger(self) -> Task:
        given = [key for key in ('stream', 'after', 'period_ms') if getattr(self, key)]
        if len(given) != 1:
            raise ValueError('needs exactly one of stream, after and period_ms')
        for trigger, keys, what in _ONLY_WITH:
            for key in keys:
                if key in self.model_fields_set and not getattr(self, trigger):
                    raise ValueError(f'{key}: only for a task with {what}')
        check_fan_out(self.fan_out)
        if self.period_ms is not None:
            check_jitter(self.jitter_ms, self.period_ms)
        return self


#: trigger, the keys that mean nothing without it, and what it is called
_ONLY_WITH = (
    ('after', ('probability', 'fan_out'), 'after'),
    ('period_ms', ('jitter_ms', 'phase_ms'), 'a period of its own (period_ms)'),
)


class Change(Strict):
    """A change during the run: of one task, stream or unit, else of the policy."""

    at_s: NotNegative = Field(description='When, in seconds of virtual time.')
    task: Named = Field('', description='Change this task.')
    stream: Named = Field('', description='Change this stream.')
    unit: Named = Field('', description='Change this unit.')
    set: dict[Named, Any] = Field(
        {},
        description='The keys to change, at least one; for the policy ``policy`` (its name) and '
        'its parameters.',
    )

    @model_validator(mode='after')
    def _one_object(self) -> Change:
        if sum(map(bool, (self.task, self.stream, self.unit))) > 1:
            raise ValueError('names more than one of task, stream and unit')
        if not self.set:
            raise ValueError('sets nothing')
        return self


class Workload(File):
    """A workload file."""

    streams: dict[Name, Stream] = Field({}, description='Streams by name, for several tasks.')
    tasks: dict[Name, Task] = Field(min_length=1, description='Tasks by name.')
    networks: dict[Name, Network] = Field(min_length=1, description='Networks by name.')
    changes: tuple[Change, ...] = Field((), description='What changes during the run.')
