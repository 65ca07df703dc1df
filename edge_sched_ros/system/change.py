# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Changes during a simulated run."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator

from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.fields import NotNegative
from edge_sched_ros.system.fields import Strict

if TYPE_CHECKING:
    from typing_extensions import Self


class Change(Strict):
    """
    A change during the run.

    Of one task, stream, device, unit or link, or else of the policy.
    """

    at_s: NotNegative = Field(description='Time of the change, in seconds of virtual time.')
    task: Named = Field('', description='Change this task.')
    stream: Named = Field('', description='Change this stream.')
    unit: Named = Field(
        '', description='Change this unit; of several devices, that of ``device``.'
    )
    device: Named = Field('', description='Change this device, one of several.')
    link: tuple[Named, Named] | None = Field(
        None, description='Change the link between these two devices, in both directions.'
    )
    set: dict[Named, Any] = Field(
        {},
        description='The keys to change, at least one. For the policy: ``policy`` (its name) and '
        'its parameters.',
    )

    @model_validator(mode='after')
    def _one_object(self) -> Self:
        if sum(map(bool, (self.task, self.stream, self.unit or self.device, self.link))) > 1:
            raise ValueError('names more than one of task, stream, unit, device and link')
        if not self.set:
            raise ValueError('sets nothing')
        return self


def lost_at_start(changes: Iterable[Change]) -> set[str]:
    """Return the units of the only device that changes make unavailable before anything runs."""
    lost: set[str] = set()
    for change in changes:
        if change.unit and not change.device and change.at_s == 0:
            # a key that a change leaves out returns to its default
            state = change.set.get('state', 'available')
            (lost.discard if state == 'available' else lost.add)(change.unit)
    return lost
