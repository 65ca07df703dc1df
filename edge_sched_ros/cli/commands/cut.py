# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched cut``: a network in segments, which units or devices run one by one."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.output import printing
from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.cli.ranges import FiniteRange
from edge_sched_ros.documents.output_file import check_folder

if TYPE_CHECKING:
    from edge_sched_ros.planning.cutting.cut import Segments
    from edge_sched_ros.planning.cutting.points import CutPoint
    from edge_sched_ros.planning.cutting.segments_file import Written

_KIB = 1024
#: share of the operations from which a segment is as good as the whole network
_WHOLE = 0.95
#: characters of a tensor's name in a table of 80 columns; JSON has all
_LONGEST = 22


@click.command('cut')
@click.argument('network', type=NamedPath(path_type=Path))
@click.option(
    '--max-parts',
    type=click.IntRange(2, 64),
    default=4,
    show_default=True,
    help='Maximum number of segments.',
)
@click.option(
    '-o',
    '--output',
    type=NamedPath(path_type=Path, file_okay=False),
    default=Path('.'),
    metavar='FOLDER',
    help='Folder to write the segments to.  [default: this folder]',
)
@click.option(
    '--branches',
    is_flag=True,
    help='Make parallel branches segments of their own; a network without branches becomes a '
    'chain.',
)
@click.option(
    '--max-kib',
    type=FiniteRange(0, min_open=True),
    default=None,
    help='Cut only where the tensors that cross have at most this size, in KiB.  '
    '[default: no limit]',
)
@click.option(
    '--no-check',
    is_flag=True,
    help='Do not compare the answers of the segments with those of the whole network.',
)
@click.option('--points', is_flag=True, help='Show every place where the network can be cut.')
@click.option('--json', 'as_json', is_flag=True, help='Print the segments as JSON.')
def cut(
    network: Path,
    max_parts: int,
    output: Path,
    branches: bool,
    max_kib: float | None,
    no_check: bool,
    points: bool,
    as_json: bool,
) -> None:
    """
    Cut NETWORK, an ONNX file or the YAML file of a network, into segments.

    The command writes an ONNX file for each segment, and NAME.segments.yaml: the segments with
    their tensors and operations, as a system file. Set this file as "segments" in the YAML file
    of the network. Each variant of a network has its own segments. The segments give the same
    bits as the whole network; the command checks this with random inputs. Segments of an earlier
    cut into the same folder are replaced; those that are left over are removed.
    """
    from edge_sched_ros.cli.cut_networks import networks_of
    from edge_sched_ros.execution.network_digest import network_sha256
    from edge_sched_ros.planning.cutting.cut import cut_network
    from edge_sched_ros.planning.cutting.segments_file import write_segments

    check_folder(output, '-o')
    networks, found = networks_of(network), []
    with progress_bar(Console(stderr=True), 'cutting', len(networks)) as progress:
        for one in networks:
            segments = cut_network(
                one.file,
                max_parts,
                declared=one.shapes,
                branches=branches,
                check=not no_check,
                max_nbytes=None if max_kib is None else int(max_kib * _KIB),
            )
            written = write_segments(segments, output, one.name, network_sha256(one.file))
            found.append((one.name, written, segments))
            progress(len(found))
    with printing():
        if as_json:
            click.echo(json.dumps([_told(*each) for each in found], indent=2))
            return
        for name, written, segments in found:
            _show(name, segments, with_points=points)
            for path in written.removed:
                click.echo(f'removed, of an earlier cut: {path}')
            # for copying: no table may wrap it
            click.echo(str(written.path))


def _told(name: str, written: Written, segments: Segments) -> dict[str, Any]:
    return {
        'network': name,
        'file': str(segments.path),
        'segments_file': str(written.path),
        'removed': [str(path) for path in written.removed],
        'gflops': segments.flops / 1e9,
        'checked': segments.proven,
        'points': [_point(point, segments) for point in segments.points],
        'refused': [_point(point, segments) for point in segments.changed],
        'segments': [
            {
                'name': plan.name,
                'gflops': plan.flops / 1e9,
                'inputs': list(plan.inputs),
                'outputs': list(plan.outputs),
                'output_bytes': _nbytes(plan.outputs, segments),
            }
            for plan, _ in segments.parts
        ],
    }


def _point(point: CutPoint, segments: Segments) -> dict[str, Any]:
    return {
        'tensors': list(point.tensors),
        'bytes': point.nbytes,
        'gflops_before': point.flops / 1e9,
        'chosen': point in segments.chosen,
    }


def _show(name: str, segments: Segments, *, with_points: bool) -> None:
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_line
    from edge_sched_ros.reporting.layout import show_table

    console = output_console()
    same = 'the same bits as the whole network' if segments.proven else 'not checked'
    show_line(
        f'{name}: {segments.flops / 1e9:.3g} GFLOP, {len(segments.points)} places to cut, '
        f'{len(segments.parts)} segments, {same}',
        console,
    )
    if segments.changed:
        show_line(f'{len(segments.changed)} more places change bits and are not used', console)
    rows = [
        (
            plan.name,
            _names(plan.inputs),
            _names(plan.outputs),
            _size(_nbytes(plan.outputs, segments)),
            _share(plan.flops, segments),
        )
        for plan, _ in segments.parts
    ]
    show_table(('segment', 'takes', 'gives', 'KiB', 'FLOP'), rows, console, left=3)
    largest = max(plan.flops for plan, _ in segments.parts)
    if largest > _WHOLE * segments.flops:
        show_line(
            'note: one segment has nearly all operations: no unit gets less to do. Use the whole '
            'network, or allow other places (--max-kib)',
            console,
        )
    if with_points:
        places = [
            (
                'cut' if point in segments.chosen else '',
                _names(point.tensors),
                _size(point.nbytes),
                _share(point.flops, segments),
            )
            for point in segments.points
        ]
        show_table(('place', 'tensors', 'KiB', 'FLOP before'), places, console, left=2)


def _nbytes(names: Sequence[str], segments: Segments) -> int:
    return sum(segments.types[name].nbytes for name in names)


def _share(flops: int, segments: Segments) -> str:
    return f'{100 * flops / max(segments.flops, 1):.0f}%'


def _size(nbytes: int) -> str:
    return f'{nbytes / _KIB:.1f}'


def _names(names: Sequence[str]) -> str:
    """Return the first name, its end where it is long, and how many more there are."""
    first = names[0] if len(names[0]) <= _LONGEST else f'…{names[0][1 - _LONGEST :]}'
    return first if len(names) == 1 else f'{first} +{len(names) - 1}'


COMMAND = cut
