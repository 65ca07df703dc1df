# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Measures networks into a profile file, for ``edge-sched profile``."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from collections.abc import Sequence
from dataclasses import dataclass
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click
from rich.console import Console

from edge_sched_ros.cli.progress import progress_bar
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.registry import discover
from edge_sched_ros.execution.telemetry.machine_reader import MachineReader
from edge_sched_ros.pipeline.costs.profile_checks import check_units
from edge_sched_ros.pipeline.costs.profile_targets import targets_of
from edge_sched_ros.profiling.additions import empty_profile
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.energy_meter import EnergyMeter
from edge_sched_ros.profiling.fingerprint import fingerprint_of
from edge_sched_ros.profiling.fingerprint import mismatches
from edge_sched_ros.profiling.fingerprint import read_fingerprint
from edge_sched_ros.profiling.picture import coloured_blocks
from edge_sched_ros.profiling.picture import picture_of
from edge_sched_ros.profiling.profile_file import check_regular
from edge_sched_ros.profiling.profile_file import read_profile
from edge_sched_ros.profiling.profile_file import write_profile
from edge_sched_ros.profiling.session import pairs_of
from edge_sched_ros.profiling.session import Step
from edge_sched_ros.profiling.session import steps
from edge_sched_ros.profiling.session import units_of
from edge_sched_ros.profiling.session import Wanted
from edge_sched_ros.profiling.writer_lock import only_writer

if TYPE_CHECKING:
    from edge_sched_ros.execution.units import LocalUnit
    from edge_sched_ros.profiling.target import Target
    from edge_sched_ros.system.system_file import SystemFile


@dataclass(frozen=True, slots=True)
class Request:
    """
    The options of a command, without its networks.

    :param image: input picture; ``None`` for a picture of blocks
    """

    output: Path
    wanted: Wanted
    variants: bool = False
    energy: bool = False
    image: Path | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """
    The result of a command.

    :param asked: every (network, variant, unit) that this command measures
    """

    profile: SystemFile
    asked: frozenset[tuple[str, str, str]]


def measure_networks(networks: tuple[str, ...], request: Request) -> Measured:
    """
    Measure networks and write the file after each step.

    :param networks: their YAML files
    :raises ConfigError: naming what cannot be used; also when another process writes the file
    """
    image, output = request.image, request.output
    picture = coloured_blocks() if image is None else picture_of(image, '--image')
    machine = discover().with_named(request.wanted.units)
    wanted = replace(request.wanted, units=check_units(machine, request.wanted.units, '--units'))
    check_regular(output)
    with (
        only_writer(output.resolve() if output.is_symlink() else output),
        targets_of(
            networks, machine, picture, units=wanted.units, with_variants=request.variants
        ) as targets,
        Bench(machine.units) as bench,
    ):
        found = _begin(output, picture.what, wanted.again)
        # check that the file can be written before minutes are spent
        write_profile(output, found)
        if wanted.corun_pairs and not pairs_of(targets, wanted):
            _say('--corun: no pair to measure: no two units can be busy at the same time')
        meter = _meter(machine.units) if request.energy else None
        plan = steps(found, targets, bench, wanted, meter=meter)
        found = _carry_out(plan, found, request)
        return Measured(found, _asked(targets, wanted))


def _carry_out(plan: Sequence[Step], found: SystemFile, request: Request) -> SystemFile:
    done = 0
    try:
        with progress_bar(Console(stderr=True), 'profiling', max(1, len(plan))) as advance:
            for index, step in enumerate(plan):
                found = step.measure(found, _part(advance, index))
                write_profile(request.output, found)
                done += 1
    except KeyboardInterrupt:
        without = ' without --again' if request.wanted.again else ''
        _say(
            f'{request.output} has {done} of {len(plan)} measurements of this command; '
            f'the same command{without} goes on'
        )
        raise
    return found


def _say(text: str) -> None:
    click.echo(f'edge-sched: {text}', err=True)


def _asked(targets: Sequence[Target], wanted: Wanted) -> frozenset[tuple[str, str, str]]:
    return frozenset(
        (target.network, target.variant, unit)
        for target in targets
        for unit in units_of(target, wanted)
    )


def _part(advance: Callable[[float], None], index: int) -> Callable[[float], None]:
    return lambda share: advance(index + share)


def _begin(output: Path, picture: str, again: bool) -> SystemFile:
    """Return the file's content, if it is from this machine in its present state."""
    here = read_fingerprint()
    if not os.path.exists(output):
        return empty_profile(here, picture=picture)
    found = read_profile(output)
    if found.measured is None:
        # written by hand: must not be replaced
        raise ConfigError(
            f'{output}: measured', 'is missing: no edge-sched profile wrote it, give another -o'
        )
    before = found.measured
    differs = [str(mismatch) for mismatch in mismatches(fingerprint_of(before), here)]
    if before.picture != picture and found.networks:
        differs.append(f'picture was {before.picture or "unknown"}, is {picture}')
    if not differs:
        return found
    if not again:
        raise ConfigError(
            str(output), f'was not measured like this: {"; ".join(differs)} (--again replaces it)'
        )
    return empty_profile(here, picture=picture)


def _meter(units: tuple[LocalUnit, ...]) -> EnergyMeter | None:
    """Return the power meter, after measuring the machine's idle power."""
    reader = MachineReader([local.core for local in units if local.core is not None])
    meter = EnergyMeter(units, reader.read)
    rails: tuple[str, ...] = ()
    for _ in range(10):
        rails = meter.find_rails(time.monotonic_ns())
        time.sleep(0.1)
    if not rails:
        reasons = reader.read(time.monotonic_ns(), None).reasons
        why = '; '.join(reasons[key] for key in ('power', 'energy') if key in reasons)
        _say(f'--energy: no power rail can be read ({why}): energy is not measured')
        return None
    return meter
