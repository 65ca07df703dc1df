# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""``make fuzz``: every target in a process of its own; exits with 1 when something was found."""

from __future__ import annotations

import logging
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import click

from fuzz.runner import guided_is_possible
from fuzz.runner import run_guided
from fuzz.runner import run_random
from fuzz.targets import targets

#: longest that a target may take beyond its time, on a machine under load; an input that hangs is
#: found after half a minute
_GRACE_S = 900.0


@click.command()
@click.option('--inputs', default=300_000, show_default=True, help='Inputs of each target.')
@click.option('--seconds', default=60.0, show_default=True, help='Most time of each target.')
@click.option('--seed', default=0, show_default=True, help='Seed of the damage.')
@click.option('--only', multiple=True, help='Run only this target.')
@click.option('--random', is_flag=True, help='Do not use atheris, also where it is installed.')
@click.option('--findings', type=Path, default=Path('out/fuzz'), help='Folder for bad inputs.')
@click.option('--here', is_flag=True, hidden=True)
def main(
    inputs: int,
    seconds: float,
    seed: int,
    only: tuple[str, ...],
    random: bool,
    findings: Path,
    here: bool,
) -> None:
    """Read damaged inputs with every reader of files, messages and requests."""
    findings.mkdir(parents=True, exist_ok=True)
    guided = guided_is_possible() and not random
    limits = {'inputs': inputs, 'most_s': seconds, 'findings': findings}
    if here:
        _here(only[0], guided, seed, limits)
        return
    total, bad = 0, 0
    for name in only or targets():
        options = [f'--inputs={inputs}', f'--seconds={seconds}', f'--seed={seed}', '--here']
        options += [f'--only={name}', f'--findings={findings}', *(['--random'] if random else [])]
        count, problem = _apart(options, seconds)
        total += count
        bad += bool(problem)
        click.echo(f'{name:24} {count:10,} inputs  {problem or "nothing found"}')
    how = 'guided by coverage' if guided else 'damaged at random'
    click.echo(f'{total:,} inputs, {how}; targets with findings: {bad}')
    sys.exit(1 if bad else 0)


def _here(name: str, guided: bool, seed: int, limits: dict[str, object]) -> None:
    logging.disable()
    if guided:
        with tempfile.TemporaryDirectory() as corpus:
            run_guided(name, Path(corpus), seed, **limits)  # type: ignore[arg-type]
        return
    count = run_random(targets()[name], seed, **limits)  # type: ignore[arg-type]
    print(f'inputs read: {count}')


def _apart(options: list[str], seconds: float) -> tuple[int, str]:
    """Return how many inputs were read, and what was found."""
    command = [sys.executable, '-m', 'fuzz', *options]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, errors='replace', timeout=seconds + _GRACE_S
        )
    except subprocess.TimeoutExpired:
        return 0, 'it hangs'
    said = done.stdout + done.stderr
    found = re.search(r'(?:inputs read|number_of_executed_units): (\d+)', said)
    count = int(found[1]) if found else 0
    if done.returncode == 0:
        return count, ''
    errors = re.findall(r'^\S*(?:Error|Exception|ERROR)\b.*', said, re.MULTILINE)
    return count, (errors[-1] if errors else f'exit code {done.returncode}')[:300]


if __name__ == '__main__':
    main()
