# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Every key of the files of applications and clusters, as Markdown.

``python -m edge_sched_ros.capacity.schema_docs`` prints it, for docs/capacity.md.
"""

from __future__ import annotations

from pydantic import BaseModel

from edge_sched_ros.capacity import schema
from edge_sched_ros.capacity.placement import schema as placement
from edge_sched_ros.documents.key_tables import key_table

#: of ``edge-sched capacity``
CAPACITY: tuple[type[BaseModel], ...] = (
    schema.Cluster,
    schema.Device,
    schema.UnitSpec,
    schema.ServiceCost,
    schema.TaskSpec,
    schema.StageSpec,
)
#: of ``edge-sched place``, beside those
PLACEMENT: tuple[type[BaseModel], ...] = (
    placement.PlacementFile,
    placement.NodeSpec,
    placement.AppSpec,
)


def tables(models: tuple[type[BaseModel], ...]) -> str:
    """Return one table for each part of a file."""
    return '\n'.join(line for model in models for line in key_table(model))


if __name__ == '__main__':
    print(f'## Keys\n\n{tables(CAPACITY)}\n### Placement\n\n{tables(PLACEMENT)}')
