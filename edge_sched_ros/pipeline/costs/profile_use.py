# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Costs a pipeline knows from the start: read from a file, or measured while it is configured."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.profiles import Profiles
from edge_sched_ros.execution.network import load_network
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.costs.cost_sources import ProfileUse
from edge_sched_ros.pipeline.costs.profile_targets import target_of
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.profiling.additions import digest
from edge_sched_ros.profiling.additions import empty_profile
from edge_sched_ros.profiling.additions import with_costs
from edge_sched_ros.profiling.apply import apply_profiles
from edge_sched_ros.profiling.apply import Missing
from edge_sched_ros.profiling.apply import unknown_stages
from edge_sched_ros.profiling.bench import Bench
from edge_sched_ros.profiling.fingerprint import Fingerprint
from edge_sched_ros.profiling.fingerprint import fingerprint_of
from edge_sched_ros.profiling.fingerprint import mismatches
from edge_sched_ros.profiling.fingerprint import read_fingerprint
from edge_sched_ros.profiling.known_units import of_one_device
from edge_sched_ros.profiling.measure import measure
from edge_sched_ros.profiling.picture import coloured_blocks
from edge_sched_ros.profiling.repeat import Limits
from edge_sched_ros.profiling.target import Target
from edge_sched_ros.system.loading import load_system
from edge_sched_ros.system.system_file import SystemFile

_log = logging.getLogger(__name__)

#: coarser than the command: costs are corrected by later runs anyway
_QUICK = Limits(share=0.05, min_runs=6, max_runs=200, warm_up=2)
#: minimum time limit of a measurement, whatever the total time
_PATIENCE_S = 10.0


def use_profiles(
    config: PipelineConfig,
    assembly: Assembly,
    *,
    root: Path = Path('/'),
    clock_ns: Callable[[], int] = time.monotonic_ns,
    here: Callable[[Path], Fingerprint] = read_fingerprint,
    should_stop: Callable[[], bool] = lambda: False,
) -> tuple[Profiles, ProfileUse]:
    """
    Return the known costs and their sources.

    :param root: root of the machine's file system
    :param here: returns the fingerprint of this machine
    :param should_stop: ends measuring after the run in progress
    :raises ConfigError: when the file cannot be used; naming file and key
    """
    profiles = Profiles()
    fingerprint = here(root)
    use = ProfileUse()
    found = empty_profile(fingerprint)
    if config.profiles:
        found = of_one_device(load_system(config.profiles))
        measured = found.measured
        differing = () if measured is None else mismatches(fingerprint_of(measured), fingerprint)
        found, stale = _without_stale(config, assembly, found)
        use = ProfileUse(config.profiles, differing, stale, nameless=measured is None)
        use = replace(use, unknown=unknown_stages(assembly.tasks, assembly.networks, found))
    networks = dict(assembly.networks)
    missing = apply_profiles(profiles, assembly.tasks, networks, found)
    every = apply_profiles(Profiles(), assembly.tasks, networks, empty_profile(fingerprint))
    # another machine's costs are better than none, and this machine's are better than those
    wanted = every if use.mismatches else missing
    if wanted and config.profile_at_configure_s:
        found, told = _measure(config, assembly, found, wanted, clock_ns, should_stop)
        missing = apply_profiles(profiles, assembly.tasks, networks, found)
        use = replace(use, measured=told)
    use = replace(use, missing=tuple(map(str, missing)), known=len(every) - len(missing))
    _tell(use)
    return profiles, use


def _without_stale(
    config: PipelineConfig, assembly: Assembly, profile: SystemFile
) -> tuple[SystemFile, tuple[str, ...]]:
    """Return a profile without the networks whose files have changed, and their names."""
    networks = dict(profile.networks)
    stale: dict[str, None] = {}
    for task in config.tasks:
        known = networks.get(assembly.networks[task.name])
        if not task.network or known is None:
            continue
        spec = load_network(task.network)
        for name, own in spec.by_variant.items():
            variant = known.variants.get(name)
            if variant is None or variant.sha256 in ('', digest(own.file, own.segments)):
                continue
            stale[spec.name if name == spec.variant else f'{spec.name}/{name}'] = None
            left = {key: value for key, value in known.variants.items() if key != name}
            known = known.model_copy(update={'variants': left})
        networks[spec.name] = known
        if not known.variants:
            # what ``costs`` have of it counts
            del networks[spec.name]
    return profile.model_copy(update={'networks': networks}), tuple(stale)


def _measure(
    config: PipelineConfig,
    assembly: Assembly,
    profile: SystemFile,
    missing: tuple[Missing, ...],
    clock_ns: Callable[[], int],
    should_stop: Callable[[], bool],
) -> tuple[SystemFile, tuple[str, ...]]:
    """Measure missing costs within the time limit; each gets an equal part of the time left."""
    deadline_ns = clock_ns() + round(config.profile_at_configure_s * 1e9)
    targets = _targets(config, assembly)
    wanted = dict.fromkeys(
        (gap.network, gap.variant, gap.unit)
        for gap in missing
        if (gap.network, gap.variant) in targets
    )
    measured: list[str] = []
    _log.info(
        'profile_at_configure_s: measuring %d networks on units, %g s at most',
        len(wanted),
        config.profile_at_configure_s,
    )
    patience_s = max(_PATIENCE_S, 2 * config.profile_at_configure_s)
    with Bench(assembly.units, clock_ns=clock_ns, patience_s=patience_s) as bench:
        for index, (network, variant, unit) in enumerate(wanted):
            left_s = (deadline_ns - clock_ns()) / 1e9
            if left_s <= 0 or should_stop():
                break
            target = targets[(network, variant)]
            limits = replace(_QUICK, max_s=left_s / (len(wanted) - index))
            try:
                found = measure(bench, target, unit, limits, should_stop=should_stop)
            except ConfigError as error:
                _log.warning('profile_at_configure_s: %s', error)
                continue
            profile = with_costs(profile, target, unit, found)
            measured.append(f'{target.name} on {unit}')
    return profile, tuple(measured)


def _targets(config: PipelineConfig, assembly: Assembly) -> dict[tuple[str, str], Target]:
    """Return every variant of every network; the input of own programs is not known."""
    local = {one.unit.name: one for one in assembly.units}
    specs = {task.name: task for task in assembly.tasks}
    picture = coloured_blocks()
    found: dict[tuple[str, str], Target] = {}
    for task in config.tasks:
        if not task.network:
            continue
        spec = load_network(task.network)
        for variant in specs[task.name].all_variants or specs[task.name].variants:
            units = {
                stage.name: tuple(local[name] for name in stage.units) for stage in variant.stages
            }
            program = assembly.programs[task.name]
            made = target_of(spec, variant.name, program, units, picture)
            found.setdefault((spec.name, variant.name), made)
    return found


def _tell(use: ProfileUse) -> None:
    """Log the results, each once."""
    if use.doubts:
        _log.warning(
            'profiles: %s may be wrong here: %s; later runs correct the costs (edge-sched '
            'profile measures them again)',
            use.file,
            '; '.join(use.doubts),
        )
    if use.remark:
        _log.info('profiles: %s', use.remark)
    for problem in use.unknown:
        _log.warning('%s: %s', use.file, problem)
    if use.measured:
        _log.info('profile_at_configure_s: measured %s', ', '.join(use.measured))
    if use.missing:
        _log.info('profiles: to be learned from the first runs: %s', ', '.join(use.missing))
