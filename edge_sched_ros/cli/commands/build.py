# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``edge-sched build``: TensorRT engines for the GPU or a DLA core, ahead of time."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.options import NamedPath
from edge_sched_ros.cli.options import refuse_twice
from edge_sched_ros.cli.output import printing
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.output_file import check_folder
from edge_sched_ros.execution.precisions import INT8
from edge_sched_ros.execution.precisions import PRECISIONS

if TYPE_CHECKING:
    from edge_sched_ros.execution.engine_options import EngineOptions
    from edge_sched_ros.execution.network import NetworkSpec
    from edge_sched_ros.execution.tensorrt.cache import StoredEngine
    from edge_sched_ros.execution.tensorrt.settings import Samples


@click.command('build')
@click.argument('networks', nargs=-1, required=True, type=NamedPath(path_type=Path))
@click.option(
    '--unit',
    'unit_name',
    default='gpu',
    show_default=True,
    help='Unit to build for: gpu, dla0, dla1, ...',
)
@click.option(
    '--precision',
    type=click.Choice(PRECISIONS),
    default=None,
    help='Precision of the computation. strong uses the types of the ONNX file; int8 '
    'needs Q/DQ operators or a calibration table; auto is fp16 if this TensorRT '
    "supports it, else strong.  [default: the network's engine_options, else auto]",
)
@click.option(
    '--strict-dla',
    is_flag=True,
    help='Refuse an engine that does not run on the DLA as one part.',
)
@click.option(
    '--allow-gpu-fallback',
    is_flag=True,
    help='Run layers that the DLA cannot run on the GPU, and show how many.',
)
@click.option(
    '--calibrate',
    type=NamedPath(path_type=Path, file_okay=False),
    default=None,
    metavar='FOLDER',
    help='Measure int8 ranges again with the images in FOLDER (some hundred, from the cameras of '
    'the robot), write the calibration table, and build with it; for a network in segments, a '
    'table for each segment. Implies --precision int8.',
)
@click.option(
    '--calibration',
    type=NamedPath(path_type=Path, dir_okay=False),
    default=None,
    help='INT8 calibration table.  [default: NETWORK.calib beside the ONNX file]',
)
@click.option(
    '--cache',
    type=NamedPath(path_type=Path, file_okay=False),
    default=None,
    help="Folder to store engines in.  [default: edge_sched_ros/engines in the user's cache]",
)
@click.option(
    '--accept',
    is_flag=True,
    help='Build nothing: note that the NETWORKS given are engine files of others that you trust.',
)
@click.option('--json', 'as_json', is_flag=True, help='Print the built engines as JSON.')
def build(
    networks: tuple[Path, ...],
    unit_name: str,
    precision: str | None,
    strict_dla: bool,
    allow_gpu_fallback: bool,
    calibrate: Path | None,
    calibration: Path | None,
    cache: Path | None,
    accept: bool,
    as_json: bool,
) -> None:
    """
    Build TensorRT engines for NETWORKS (YAML files), so that the node starts without delay.

    An existing engine is kept if it matches this machine, TensorRT and the network. Every variant
    of a network has its own engine; with --precision only the network's own file is built. So has
    every segment of a network that was cut; those that a DLA cannot run are named and left out.
    The scheduler looks for the engine that the engine_options describe: options given here build
    a different engine. An engine is code: only those that you built or accepted are loaded.
    """
    if accept:
        _accept(networks)
        return
    from edge_sched_ros.execution.engine_options import EngineOptions
    from edge_sched_ros.execution.network import load_network
    from edge_sched_ros.execution.tensorrt import prepare
    from edge_sched_ros.execution.tensorrt.settings import BuildSettings
    from edge_sched_ros.execution.tensorrt.target import DLA
    from edge_sched_ros.execution.tensorrt.target import target_of
    from edge_sched_ros.execution.tensorrt.target import unit_named

    samples = None
    if calibrate is not None:
        precision, samples = _measuring(calibrate, precision, networks, calibration)
    if strict_dla and allow_gpu_fallback:
        raise click.UsageError('--strict-dla and --allow-gpu-fallback exclude each other.')
    refuse_twice(networks, 'NETWORKS')
    if cache is not None:
        check_folder(cache, '--cache')
    target = target_of(unit_named(unit_name, '--unit'), '--unit')
    if target.kind != DLA:
        for option, given in (
            ('--strict-dla', strict_dla),
            ('--allow-gpu-fallback', allow_gpu_fallback),
        ):
            if given:
                raise ConfigError(option, f'has no effect on {unit_name}, only on DLA units')
    asked = EngineOptions(precision, strict_dla or None, allow_gpu_fallback or None)
    wanted = [load_network(path) for path in networks]
    if samples is not None and calibration is not None and wanted[0].segments is not None:
        raise ConfigError(
            '--calibration', 'names one table, --calibrate writes one for each segment'
        )
    if precision is None:
        # each variant has its own precision: a precision given here is for the network's own file
        wanted = [one for spec in wanted for one in _variants(spec, target.kind)]
    specs = [
        _readable(part) for spec in wanted for part in _with_options(spec, asked).parts.values()
    ]
    settings = BuildSettings(cache=cache, calibration=calibration, samples=samples)
    tools = _toolchain()
    found = []
    refused: list[ConfigError] = []
    for spec in specs:
        try:
            with _bar(spec.name) as progress:
                stored, built = prepare.prepare(
                    tools, spec, target, settings, progress=progress, rebuild_damaged=True
                )
        except ConfigError as error:
            # the other segments may still run there, and this one elsewhere
            if spec.segment is None or target.kind != DLA:
                raise
            refused.append(error)
            continue
        found.append(_line(spec, unit_name, stored, built))
    if refused and not found:
        raise refused[0]
    for problem in refused:
        click.echo(f'not built for {unit_name}: {problem}', err=True)
    with printing():
        if as_json:
            click.echo(json.dumps(found, indent=2))
        else:
            show_engines(found)


def _accept(plans: tuple[Path, ...]) -> None:
    """Note engines of others as trusted."""
    from edge_sched_ros.execution.tensorrt.own_plan import accept

    for plan in plans:
        accept(plan)
        click.echo(f'accepted: {plan}')


def _measuring(
    folder: Path, precision: str | None, networks: tuple[Path, ...], table: Path | None
) -> tuple[str, Samples]:
    """Return the precision and the inputs that ``--calibrate`` implies."""
    from edge_sched_ros.perception.calibration import picture_inputs

    if precision not in (None, INT8):
        raise click.UsageError(f'--calibrate is for --precision int8, not {precision}.')
    if table is not None and len(networks) > 1:
        raise click.UsageError('--calibration names one table, --calibrate writes one a network.')
    return INT8, picture_inputs(folder, '--calibrate')


def _with_options(spec: NetworkSpec, asked: EngineOptions) -> NetworkSpec:
    """Return a network with the options given here, which override its YAML."""
    from dataclasses import replace

    from edge_sched_ros.execution.network_variants import with_options

    return replace(spec, engine_options=with_options(asked, spec.engine_options))


def _variants(spec: NetworkSpec, kind: str) -> list[NetworkSpec]:
    """Return the variants of a network for a kind of units, its own file first."""
    return [own for own in spec.by_variant.values() if not own.kinds or kind in own.kinds]


def _readable(spec: NetworkSpec) -> NetworkSpec:
    from edge_sched_ros.execution.tensorrt.own_plan import is_plan

    if is_plan(spec):
        raise ConfigError(spec.where('file'), f'{spec.file} is already an engine')
    return spec


def _toolchain() -> Any:
    from edge_sched_ros.execution.tensorrt.toolchain import load_toolchain

    try:
        return load_toolchain()
    except ConfigError as error:
        raise ConfigError('build', f'engines cannot be built on this machine: {error}') from None


@contextmanager
def _bar(name: str) -> Iterator[Callable[[float], None]]:
    """Show the progress of the build on standard error, if it is a terminal."""
    from edge_sched_ros.cli.progress import progress_bar

    if not sys.stderr.isatty():
        yield lambda done: None
        return
    with progress_bar(Console(stderr=True), f'building {name}', 1.0) as progress:
        yield progress


def _line(spec: NetworkSpec, unit: str, stored: StoredEngine, built: bool) -> dict[str, Any]:
    return {
        'network': spec.name,
        'variant': spec.variant,
        **({} if spec.segment is None else {'segment': spec.segment.name}),
        'unit': unit,
        'precision': stored.key.precision,
        'built': built,
        'seconds': stored.built_s,
        'layers': stored.placement.to_dict(),
        'plan': str(stored.plan),
        'key': stored.key.to_dict(),
    }


def show_engines(found: list[dict[str, Any]]) -> None:
    """Print a table of engines, then their paths."""
    from edge_sched_ros.reporting.layout import output_console
    from edge_sched_ros.reporting.layout import show_table

    rows = []
    for line in found:
        state = f'built in {line["seconds"]:.0f} s' if line['built'] else 'was there'
        layers = [str(line['layers'][name]) for name in ('dla', 'gpu', 'reformat')]
        name = line['network'] + (f'/{line["variant"]}' if line['variant'] != 'base' else '')
        name += f'/{line["segment"]}' if 'segment' in line else ''
        rows.append((name, line['unit'], line['precision'], state, *layers))
    columns = ('network', 'unit', 'precision', 'state', 'on DLA', 'on GPU', 'rearranging')
    show_table(columns, rows, output_console(), left=3)
    # paths are for copying, so no table may wrap them
    for line in found:
        click.echo(line['plan'])


COMMAND = build
