# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Every key of system files, as Markdown tables and as a JSON Schema."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel

from edge_sched_ros.documents.key_tables import key_table
from edge_sched_ros.system import change
from edge_sched_ros.system import contention
from edge_sched_ros.system import costs
from edge_sched_ros.system import device
from edge_sched_ros.system import fields
from edge_sched_ros.system import measurement
from edge_sched_ros.system import network
from edge_sched_ros.system import system_file
from edge_sched_ros.system import unit
from edge_sched_ros.system import workload
from edge_sched_ros.system.finding import built_in
from edge_sched_ros.system.loading import load_platform

_INTRO = f"""\
# Keys of system files

How to write one: [system_file.md](system_file.md). Generated:
`dev/env.sh python -m edge_sched_ros.system.schema_docs > docs/system_schema.md`. The same for
editors, as a JSON Schema: `edge-sched schema`.

Units are in the names: `_ms`, `_s`, `_mj` (millijoules), `_mw` (milliwatts), `_mhz`, `_kib`,
`_mib`; `_gbps` is 10^9 *bytes* a second. A key that is not listed is an error. No number with a
unit may be above {fields.MOST:g}. A *name* is a letter, then letters, digits, `_`, `-` and `.`.
"""

#: title -> models, in the order of the document
SECTIONS: dict[str, tuple[type[BaseModel], ...]] = {
    'The file': (system_file.SystemFile,),
    'Devices': (
        device.Device,
        unit.Unit,
        unit.Mode,
        unit.ArrayShape,
        device.Transition,
        device.PowerMode,
        contention.NoContention,
        contention.PairwiseContention,
        contention.PiecewiseContention,
    ),
    'Networks and costs': (
        network.Network,
        network.Variant,
        network.Stage,
        costs.Cost,
        fields.Sourced,
    ),
    'Tasks': (workload.Task, workload.Piece, workload.Stream, change.Change),
    'Measured devices': (
        costs.Measurement,
        measurement.DeviceMeasurement,
        measurement.Machine,
        measurement.Pair,
    ),
}


def json_schema() -> dict[str, Any]:
    """Return the JSON Schema of system files, for editors; it knows the short forms."""
    schema = system_file.SystemFile.model_json_schema()
    parts = schema['$defs']
    by_unit = {'type': 'object', 'description': 'Unit -> cost, or a list per layer group.'}
    parts['Variant']['properties']['cost'] = by_unit
    own = {key: one for key, one in parts['Network']['properties'].items() if key != 'variants'}
    parts['Variant']['properties'].update(own)
    _allow(parts, 'Cost', {'type': 'number', 'minimum': 0})
    _allow(parts, 'Network', {'$ref': '#/$defs/Variant'})
    _allow(parts, 'Unit', {'type': 'null'})
    for properties in (schema['properties'], parts['Device']['properties']):
        names = {'type': 'array', 'items': {'type': 'string'}}
        properties['units'] = {'anyOf': [names, properties['units']]}
        properties['contention'] = {'anyOf': [{'const': 'none'}, properties['contention']]}
    return {'$schema': 'https://json-schema.org/draft/2020-12/schema', **schema}


def _allow(parts: dict[str, Any], name: str, short: dict[str, Any]) -> None:
    """Let a short form stand for a part."""
    parts[name] = {'anyOf': [short, parts[name]]}


def markdown() -> str:
    """Return the whole document."""
    lines = [_INTRO]
    for title, models in SECTIONS.items():
        lines += [f'## {title}', '']
        for model in models:
            # the keys of a device at the top of a file are listed with the device
            top = model is system_file.SystemFile
            lines += key_table(model, without=device.Device.model_fields if top else ())
    lines += ['## Costs that come with the package', '', *_built_in(), '']
    return '\n'.join(lines)


def _built_in() -> list[str]:
    table = load_platform('orin_agx').costs
    types = {unit for costs in table.values() for unit in costs}
    return [
        f'- {what}: {", ".join(f"`{name}`" for name in names)}'
        for what, names in (
            ('Files with tasks', built_in('workloads')),
            ('Files with a device', built_in('platforms')),
            ('For `library`, in `jetson_costs`', sorted(table)),
            ('Types of units in `jetson_costs`', sorted(types)),
        )
    ]


if __name__ == '__main__':
    print(markdown())
