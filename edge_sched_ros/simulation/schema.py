# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What every file the simulator reads has in common: strict keys, units in the names."""

from __future__ import annotations

from typing import Annotated
from typing import Any

from edge_sched_ros.core.errors import ConfigError

try:
    from pydantic import BaseModel
    from pydantic import ConfigDict
    from pydantic import Field
    from pydantic import model_validator
except ImportError as error:
    raise ConfigError(
        'pydantic', 'version 2 or later is needed: pip install "pydantic>=2"'
    ) from error

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1)]
Name = Annotated[str, Field(pattern=r'^[A-Za-z][A-Za-z0-9_]*$')]


class Strict(BaseModel):
    """A part of a file; a key nobody knows is an error."""

    model_config = ConfigDict(extra='forbid', frozen=True)


class Cost(Strict):
    """What one run of a stage costs on a unit; a plain number is the latency."""

    latency_ms: NotNegative = Field(description='Time of a run over one item.')
    per_item_ms: NotNegative = Field(0.0, description='What every further item of a cascade adds.')
    energy_mj: NotNegative | None = Field(
        None, description="Energy of a run; the unit's active power times latency where absent."
    )
    demand_gbps: NotNegative = Field(
        0.0, description='Memory bandwidth it pulls at; read by the contention model.'
    )
    memory_mib: NotNegative = Field(0.0, description='Memory it occupies while loaded.')
    source: str = Field('', description='Where the number comes from.')
    confidence: str = Field('', description='How sure that is.')
    assumption: str = Field('', description='How it was derived where nobody published it.')

    @model_validator(mode='before')
    @classmethod
    def _from_number(cls, value: Any) -> Any:
        return {'latency_ms': value} if isinstance(value, (int, float)) else value


class CostTable(BaseModel):
    """Costs of named networks by unit name, type or kind; other facts may stand beside them."""

    networks: dict[str, dict[str, Cost]]
