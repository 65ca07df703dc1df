# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every file the simulator reads has in common: strict keys, units in the names."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from typing import Any
from typing import TYPE_CHECKING

from pydantic import BaseModel
from pydantic import ConfigDict
from pydantic import Field
from pydantic import model_validator
from pydantic import PrivateAttr

from edge_sched_ros.documents.names import Named

if TYPE_CHECKING:
    from typing_extensions import Self


#: more than any number of a file means; times stay finite in nanoseconds
MOST = 1e15
# strict: neither a text nor true is a number
Positive = Annotated[float, Field(strict=True, gt=0, le=MOST, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(strict=True, ge=0, le=MOST, allow_inf_nan=False)]
Share = Annotated[float, Field(strict=True, ge=0, le=1)]
Number = Annotated[float, Field(strict=True)]
Whole = Annotated[int, Field(strict=True)]
Truth = Annotated[bool, Field(strict=True)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z][A-Za-z0-9_]*$')]


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class File(Strict):
    """A whole file."""

    name: Named = Field('', description="In output; where absent the file's name.")
    description: str = Field('', description='One line for people.')
    _path: str = PrivateAttr('')

    @property
    def where(self) -> str:
        """Return what messages call it: the path of a user's file, else its name."""
        return self._path or self.name

    def of_file(self, path: Path, *, built_in: bool) -> Self:
        """Return it with a name, and a path where that says more."""
        named: Self = self.model_copy(update={'name': self.name or path.stem})
        named._path = '' if built_in else str(path)
        return named


class Sourced(Strict):
    """Numbers that say where they come from; nothing but people reads that."""

    source: str = Field('', description='Where the numbers come from; not used.')
    confidence: str = Field('', description='How sure that is; not used.')
    assumption: str = Field('', description='How they were derived or guessed; not used.')


class Cost(Sourced):
    """What one run of a stage costs on a unit; a plain number is the latency."""

    latency_ms: NotNegative = Field(description='Mean time of a run over one item, undisturbed.')
    per_item_ms: NotNegative = Field(
        0.0,
        description='What every further item of a cascade adds; energy grows by the same share.',
    )
    energy_mj: NotNegative | None = Field(
        None,
        description="Energy of a run over one item; where absent the unit's ``active_mw`` times "
        'the latency.',
    )
    demand_gbps: NotNegative = Field(
        0.0, description='Memory traffic while it runs, in GB/s; for ``piecewise`` contention.'
    )
    memory_mib: NotNegative = Field(
        0.0,
        description="Memory it takes, running or not; counts to the platform's ``memory_mib``.",
    )

    @model_validator(mode='before')
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return {'latency_ms': value} if number else value


class CostTable(BaseModel):
    """Costs of named networks by unit name, type or kind; other facts may stand beside them."""

    networks: dict[Named, dict[Named, Cost]] = Field(
        description='Network -> unit name, type or kind -> cost.'
    )
