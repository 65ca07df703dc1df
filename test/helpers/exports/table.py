# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
The table of exports in docs/networks.md.

Print it with ``PYTHONPATH=test/helpers dev/env.sh python -m exports.table``.
"""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import yaml

from edge_sched_ros.documents.yaml_file import flow
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.importing.graph import read_graph
from edge_sched_ros.perception.importing.proposal import propose
from edge_sched_ros.perception.importing.proposal import Wishes
from exports import all_exports
from exports.export import Export

_HEAD = '| export | outputs | decoder | other keys of the YAML file |'
#: keys of ``input`` that every row would have, or whose value is the default
_PLAIN = {'name', 'width', 'height'}
_DEFAULTS = {'layout': 'nchw', 'align': 'center', 'pad': 114}
_MOST_OUTPUTS = 4


def row(export: Export, proposed: Any) -> str:
    """Return the row of an export, with what the import of its graph proposes."""
    values = keys_of(proposed)
    decoder = values.pop('decoder')
    keys = ' '.join(f'`{key}: {flow(value)}`' for key, value in values.items())
    return f'| {export.title} | {_outputs(export)} | `{decoder}` | {keys} |'


def keys_of(values: Any) -> dict[str, Any]:
    """Return what a row says of a proposal: not name and size of the input, nor labels."""
    found = {key: value for key, value in values.items() if key != 'labels'}
    found['input'] = {
        key: value
        for key, value in values['input'].items()
        if key not in _PLAIN and _DEFAULTS.get(key) != value
    }
    return found


def rows_of(lines: list[str]) -> dict[str, dict[str, Any]]:
    """Return what the table of a page says: title -> keys of the YAML file."""
    found = {}
    for line in lines[lines.index(_HEAD) + 2 :]:
        if not line.startswith('|'):
            break
        title, _, decoder, keys = (cell.strip() for cell in line.strip('|').split(' | '))
        said = yaml.safe_load('\n'.join(re.findall(r'`([^`]+)`', keys))) or {}
        found[title] = {**said, 'decoder': decoder.strip('`')}
    return found


def _outputs(export: Export) -> str:
    parts = [
        f'{name.rpartition(" ")[2]} {"x".join(map(str, shape))}'
        for name, shape in export.outputs.items()
    ]
    more = f', {len(parts) - _MOST_OUTPUTS} more' if len(parts) > _MOST_OUTPUTS else ''
    return ', '.join(parts[:_MOST_OUTPUTS]) + more


def main() -> None:
    """Print the table."""
    print(f'{_HEAD}\n| --- | --- | --- | --- |')
    for export in all_exports().values():
        if export.decoder in decoder_classes():
            with TemporaryDirectory() as folder:
                proposal = propose(read_graph(export.write(Path(folder))), Wishes())
            print(row(export, proposal.values))


if __name__ == '__main__':
    main()
