# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Every parameter as Markdown, from the tables that declare and check them.

``python -m edge_sched_ros.pipeline.settings.parameter_docs`` prints the tables of
docs/parameters.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from collections.abc import Iterator

from edge_sched_ros.perception.declared_numbers import numbers_of_decoder
from edge_sched_ros.perception.decoders.built_in import decoder_classes
from edge_sched_ros.perception.decoders.embedding import Embedding
from edge_sched_ros.perception.numbers import numbers_of_program
from edge_sched_ros.perception.programs.options import Number
from edge_sched_ros.perception.programs.registry import program_classes
from edge_sched_ros.perception.trackers.registry import tracker_class
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.pipeline.settings.parameter_table import option_spec
from edge_sched_ros.pipeline.settings.parameters import SCHEDULER_PARAMETERS
from edge_sched_ros.pipeline.settings.parameters import TASK_PARAMETERS
from edge_sched_ros.pipeline.settings.policy_settings import built_in_specs


def markdown() -> str:
    """Return the tables of all parameters."""
    lines = [*section('Scheduler', SCHEDULER_PARAMETERS)]
    lines += section('Each task', TASK_PARAMETERS, 'TASK.')
    for title, numbers in (*_decoders(), *_programs()):
        specs = [option_spec(name, number) for name, number in numbers.items()]
        lines += section(title, specs, 'TASK.')
    lines += section('Policies', built_in_specs().values())
    return '\n'.join(lines)


def _decoders() -> Iterator[tuple[str, dict[str, Number]]]:
    """Yield the numbers of decoders; decoders with the same numbers are together."""
    alike: dict[tuple[tuple[str, Number], ...], list[str]] = {}
    tables = {}
    for name, decoder in sorted(decoder_classes().items()):
        numbers = (
            dict(tracker_class('').numbers)
            if issubclass(decoder, Embedding)
            else numbers_of_decoder(decoder)
        )
        key = tuple(numbers.items())
        alike.setdefault(key, []).append(name)
        tables[key] = dict(numbers)
    for key, names in alike.items():
        shown = ', '.join(f'`{name}`' for name in names)
        yield f'Tasks of networks with the decoder {shown}', tables[key]


def _programs() -> Iterator[tuple[str, dict[str, Number]]]:
    for name in sorted(program_classes()):
        numbers = numbers_of_program(name, '')
        if numbers:
            yield f'Tasks of the program `{name}`', numbers


def section(title: str, specs: Iterable[ParameterSpec], prefix: str = '') -> list[str]:
    """Return the table of some parameters."""
    lines = [f'### {title}', '', '| parameter | type | default | at run time | meaning |']
    lines += ['| --- | --- | --- | --- | --- |']
    for spec in specs:
        text = spec.description
        if spec.minimum is not None:
            text += f' ({spec.range_text()})'
        default = repr(spec.default).lower() if spec.kind == 'bool' else repr(spec.default)
        when = 'yes' if spec.dynamic else 'no'
        lines.append(f'| `{prefix}{spec.name}` | {spec.kind} | `{default}` | {when} | {text} |')
    return [*lines, '']


if __name__ == '__main__':
    print(markdown())
