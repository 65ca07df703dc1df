# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Runs one target in this process: guided by coverage with atheris, else by random damage."""

from __future__ import annotations

import importlib.util
import sys
import time
from pathlib import Path
from random import Random

from fuzz.mutation import damaged
from fuzz.target import Target


def guided_is_possible() -> bool:
    """Whether atheris is installed (``constraints/fuzz.txt``)."""
    return importlib.util.find_spec('atheris') is not None


def run_random(target: Target, seed: int, *, inputs: int, most_s: float, findings: Path) -> int:
    """
    Read damaged inputs and return how many.

    :param most_s: ends earlier after this time
    :param findings: folder that gets an input before it is read, and keeps the one that ended this
        process
    :raises Exception: what the target raised for the input that is kept
    """
    random, count, ends_s = Random(f'{target.name} {seed}'), 0, time.monotonic() + most_s
    kept = findings / f'{target.name}-{seed}'
    inputs_of = [*target.corpus]
    for count in range(1, inputs + 1):
        data = damaged(random.choice(inputs_of), random)
        try:
            taken = target.check(data)
        except BaseException:
            kept.write_bytes(data)
            raise
        # what was taken is worth more changes
        if taken and random.random() < 0.1 and len(inputs_of) < 200:
            inputs_of.append(data)
        if not count % 100 and time.monotonic() > ends_s:
            break
    return count


def run_guided(
    name: str, corpus: Path, seed: int, *, inputs: int, most_s: float, findings: Path
) -> None:
    """Run a target until its end in this process, which libFuzzer then ends."""
    import atheris

    with atheris.instrument_imports(include=['edge_sched_ros']):
        from fuzz.targets import targets

        target = targets()[name]
    for number, data in enumerate(target.corpus):
        (corpus / f'good-{number}').write_bytes(data)

    def one(data: bytes) -> None:
        target.check(data)

    options = (
        f'-runs={inputs}',
        f'-max_total_time={round(most_s)}',
        f'-seed={seed + 1}',
        '-max_len=16384',
        '-timeout=30',
        '-rss_limit_mb=4096',
        '-print_final_stats=1',
        f'-artifact_prefix={findings / name}-',
        str(corpus),
    )
    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()
