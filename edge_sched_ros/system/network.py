# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Networks: variants, and the stages or layer groups that are scheduled one by one."""

from __future__ import annotations

from typing import Any
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.cost_columns import stages_from
from edge_sched_ros.system.fields import at_most_one
from edge_sched_ros.system.fields import Chance
from edge_sched_ros.system.fields import Digest
from edge_sched_ros.system.fields import Name
from edge_sched_ros.system.fields import Share
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Whole
from edge_sched_ros.system.fields import WrongAtError
from edge_sched_ros.system.stage import Stage
from edge_sched_ros.system.tensors import TensorSpec
from edge_sched_ros.system.wiring import check_wiring

if TYPE_CHECKING:
    from typing_extensions import Self

#: name of the variant whose keys are at network level
ALONE = 'base'


class Variant(Strict, json_schema_extra=at_most_one('stages', 'cost', 'layers')):
    """
    A form of a network: ``stages``, or ``cost`` in short, or ``layers`` for the array model.

    ``cost`` is by unit. With numbers the network is one stage, ``infer``; with lists, a number
    per layer group, it is the stages ``g0``, ``g1``, ...; there ``null`` means that the unit
    cannot run the group, and ``leave_ms`` and ``enter_ms`` have a number per cut, or one for all.
    """

    accuracy: Share = Field(1.0, description='Relative to the best variant.')
    stages: tuple[Stage, ...] = Field(
        (), description='Run one after the other, unless they branch (``after``, ``inputs``).'
    )
    layers: Named = Field(
        '', description='Name of a network in the layer library (for array devices).'
    )
    segments: Whole = Field(
        4,
        ge=1,
        le=200,
        description='Number of stages into which the layers are grouped, of about equal latency.',
    )
    skippable: tuple[Whole, ...] = Field(
        (), description='Segments that may be skipped, counted from 0; the first is never skipped.'
    )
    skip_chance: Chance = Field(0.0, description='Probability that each of these is skipped.')
    exits: dict[Whole, Chance] = Field(
        {}, description='Segment, counted from 0 -> probability that it is the last.'
    )
    inputs: tuple[Named, ...] = Field(
        (), description='Keys of ``tensors`` that the network takes.'
    )
    outputs: tuple[Named, ...] = Field(
        (), description='Keys of ``tensors`` that the network gives.'
    )
    tensors: dict[Named, TensorSpec] = Field(
        {}, description='Tensors between stages, the inputs and the outputs, by name.'
    )
    file: str = Field(
        '',
        description='The file that was measured, or cut into the files of the stages; the latter '
        'relative to this file.',
    )
    digest: Digest = Field('', description='Digest of the file that was cut.')
    sha256: str = Field(
        '',
        description='First 16 digits of the hash of this file and of the files beside it with its'
        ' weights. With another hash the costs are not used.',
    )

    @property
    def all_stages(self) -> tuple[Stage, ...]:
        """Return the stages; those of ``layers`` have only names."""
        if not self.layers:
            return self.stages
        return tuple(Stage(name=f's{index}') for index in range(self.segments))

    @model_validator(mode='before')
    @classmethod
    def _from_cost(cls, value: Any) -> Any:
        if not isinstance(value, dict) or 'cost' not in value:
            return value
        rest = {key: given for key, given in value.items() if key != 'cost'}
        if rest.get('stages') or rest.get('layers'):
            raise WrongAtError(('cost',), 'goes without stages and layers')
        return {**rest, 'stages': stages_from(value['cost'])}

    @model_validator(mode='after')
    def _one_of_two(self) -> Self:
        if bool(self.stages) == bool(self.layers):
            raise ValueError('needs either stages, cost or layers')
        names = [stage.name for stage in self.stages]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise ValueError(f"there are two stages '{twice}'")
        check_wiring(self.stages, self.inputs, self.outputs, self.tensors)
        return self


class Network(Strict):
    """
    Variants of a network, the best first. A network with one variant may have the keys of the
    variant here.
    """

    variants: dict[Name, Variant] = Field(
        min_length=1,
        description='Variants by name; jobs start with the first unless the policy chooses '
        'another.',
    )
    tolerance: Share | None = Field(
        None,
        description="Share of the first variant's accuracy that another may lack and still run by "
        'default, where it is faster on every unit; without it jobs start with the first.',
    )
    max_switches: Whole = Field(
        1,
        ge=0,
        le=1000,
        description='How often a job may change its unit; HaX-CoNN allows one change. '
        'For ``plan``.',
    )

    @model_validator(mode='before')
    @classmethod
    def _single(cls, value: Any) -> Any:
        if not isinstance(value, dict) or 'variants' in value:
            return value
        own = {key: given for key, given in value.items() if key in cls.model_fields}
        rest = {key: given for key, given in value.items() if key not in own}
        return {**own, 'variants': {ALONE: rest}}

    @property
    def first(self) -> Variant:
        """Return the variant that jobs start with."""
        return next(iter(self.variants.values()))
