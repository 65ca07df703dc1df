# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Writes a proposal as the YAML file of a network, with what is not certain as comments."""

from __future__ import annotations

import textwrap
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief
from edge_sched_ros.documents.yaml_text import entry
from edge_sched_ros.documents.yaml_text import WIDTH
from edge_sched_ros.perception.importing.proposal import Proposal


def file_key(file: Path, folder: Path) -> str:
    """Return the value of ``file``: relative below the folder of the YAML file, else absolute."""
    # the file itself may be a link that its owner wants to be followed
    file, folder = file.parent.resolve() / file.name, folder.resolve()
    return str(file.relative_to(folder)) if file.is_relative_to(folder) else str(file)


def document(proposal: Proposal, folder: Path) -> str:
    """
    Return the text of the YAML file.

    :param folder: where it will be
    """
    graph = proposal.graph
    producer = f' ({graph.producer})' if graph.producer else ''
    lines = [
        *_comment(f'Proposed by edge-sched import from {brief(graph.file.name)}{producer}.'),
        *_comment('Inputs: ' + ', '.join(map(str, graph.inputs))),
        *_comment('Outputs: ' + ', '.join(map(str, graph.outputs))),
    ]
    if proposal.doubts:
        lines += _comment('Not certain:')
        for doubt in proposal.doubts:
            lines += _comment(doubt, first='- ')
    lines.append(entry('file', file_key(graph.file, folder)))
    for key, value in proposal.values.items():
        why = proposal.told.get(key, '')
        if why:
            lines += _comment(f'{key}: {why}')
        lines.append(entry(key, value))
    return '\n'.join(lines) + '\n'


def as_values(proposal: Proposal, folder: Path) -> dict[str, Any]:
    """Return the content of the YAML file."""
    return {'file': file_key(proposal.graph.file, folder), **proposal.values}


def _comment(text: str, first: str = '') -> list[str]:
    return textwrap.wrap(
        brief(text, 2000),
        WIDTH,
        initial_indent=f'# {first}',
        subsequent_indent='# ' + ' ' * len(first),
        break_on_hyphens=False,
    )
