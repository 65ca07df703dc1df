# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The long campaign: ``make soak``, or with options ``python -m faults --help``."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any
from typing import IO

import click

from faults.campaign import campaign
from faults.campaign import SCENES
from faults.campaign import why_not
from faults.fault import Outcome
from faults.kinds import FAULTS
from faults.report import table
from faults.report import write_tables
from faults.soak import soak


@click.command()
@click.option('--seeds', default=4, show_default=True, help='Number of runs of each fault.')
@click.option('--first-seed', default=0, show_default=True, help='The first seed.')
@click.option('--scene', 'scenes', type=click.Choice(tuple(SCENES)), multiple=True)
@click.option('--only', default='', help='Run only faults whose name contains this.')
@click.option('--overload-s', default=600.0, show_default=True, help='Time at 10 times the load.')
@click.option('--full-rate-s', default=3600.0, show_default=True, help='Time at full load.')
@click.option(
    '--table', 'page', type=click.Path(path_type=Path), help='Write the tables into this page.'
)
@click.option(
    '--with',
    'earlier',
    type=click.File(),
    multiple=True,
    help='Count the runs of an earlier campaign (its --json), too.',
)
@click.option('--json', 'file', type=click.File('w'), help='Write everything here.')
def main(
    seeds: int,
    first_seed: int,
    scenes: tuple[str, ...],
    only: str,
    overload_s: float,
    full_rate_s: float,
    page: Path | None,
    earlier: tuple[IO[str], ...],
    file: Any,
) -> None:
    """Run faults in robots, then robots under load; exits with 1 if a promise is not kept."""
    faults = [fault for fault in FAULTS if only in fault.name]
    scenes = scenes or tuple(SCENES)
    for fault, scene in product(faults, scenes):
        if scene in fault.scenes and (reason := why_not(fault, scene)) is not None:
            click.echo(f'{fault.name} ({scene}): not tried, {reason}')
    outcomes = [Outcome(**one) for each in earlier for one in json.load(each)['faults']]
    try:
        for outcome in campaign(faults, range(first_seed, first_seed + seeds), scenes=scenes):
            outcomes.append(outcome)
            for wrong in outcome.failures():
                click.echo(f'{outcome.fault} ({outcome.scene}, seed {outcome.seed}): {wrong}')
    except KeyboardInterrupt:
        click.echo('interrupted: what was run until now')
        overload_s = full_rate_s = 0
    click.echo(table(outcomes))
    if page is not None:
        write_tables(page, FAULTS, outcomes)
    loads = [(overload_s, 10.0), (full_rate_s, 1.0)]
    soaked = [soak(seconds, load) for seconds, load in loads if seconds > 0]
    for one in soaked:
        click.echo(json.dumps(one))
    if file is not None:
        json.dump({'faults': [asdict(one) for one in outcomes], 'soak': soaked}, file, indent=1)
    failed = any(one.failures() for one in outcomes) or any(one['unaccounted'] for one in soaked)
    sys.exit(1 if failed else 0)


if __name__ == '__main__':
    main()
