# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Every key of profile files, as Markdown tables.

``python -m edge_sched_ros.profiling.schema_docs`` prints them.
"""

from __future__ import annotations

from pydantic import BaseModel

from edge_sched_ros.documents.key_tables import key_table
from edge_sched_ros.profiling import schema

_INTRO = """\
# Keys of profile files

What they are for: [profiling.md](profiling.md). Generated:
`dev/env.sh python -m edge_sched_ros.profiling.schema_docs > docs/profiling_schema.md`.

Units of measure are in the names: `_ms` (milliseconds), `_mib` (MiB), `_mj` (millijoules). A key
that is not listed is an error. Units are named by a kind and a number: `cpu0`, `gpu0`, `dla1`.
"""

#: in the order of the document
MODELS: tuple[type[BaseModel], ...] = (
    schema.ProfileFile,
    schema.MachineSpec,
    schema.NetworkProfile,
    schema.VariantProfile,
    schema.StageProfile,
    schema.Corun,
    schema.Pair,
)


def markdown() -> str:
    """Return the whole document."""
    lines = [_INTRO]
    for model in MODELS:
        lines += key_table(model)
    return '\n'.join(lines).rstrip()


if __name__ == '__main__':
    print(markdown())
