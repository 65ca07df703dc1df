# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads system files: the user's own and the built-in ones."""

from __future__ import annotations

from pathlib import Path

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.documents.contained_path import contained
from edge_sched_ros.documents.validation_text import shortened
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.system.cost_lookup import joined_costs
from edge_sched_ros.system.finding import find
from edge_sched_ros.system.finding import is_built_in
from edge_sched_ros.system.finding import mode_apart
from edge_sched_ros.system.origins import Data
from edge_sched_ros.system.parsing import parse_system
from edge_sched_ros.system.power_modes import in_power_mode
from edge_sched_ros.system.power_modes import power_modes_of
from edge_sched_ros.system.system_file import SystemFile

#: built-in platform -> the file in config/platforms that is of the same module and has power modes
_WITH_POWER_MODES = {
    'orin_agx': 'jetson_agx_orin_64.yaml',
    'orin_nx': 'jetson_orin_nx_16.yaml',
}


def load_system(*files: str | Path) -> SystemFile:
    """
    Read one system from files: later ones add keys or override keys of earlier ones.

    :param files: paths, or names of built-in files; ``@`` and a power mode of the device may
        follow
    :raises ConfigError: when it does not exist or cannot be used; names file and key
    """
    for file in files:
        if not isinstance(file, (str, Path)):
            given = 'None' if file is None else f'a {type(file).__name__}'
            raise ConfigError('files', f'must be paths or names, one argument each, not {given}')
    return _load([str(file) for file in files], '', 'system')


def load_workload(name: str) -> SystemFile:
    """
    Read tasks.

    :param name: of a workload that comes with the package, or a path
    :raises ConfigError: when it does not exist or cannot be used; names file and key
    """
    found = _load([name], 'workloads', 'workload')
    if not found.tasks:
        raise ConfigError(f'{found.where}: tasks', 'is missing')
    return found


def load_platform(name: str) -> SystemFile:
    """
    Read a device, its costs filled in.

    :param name: of a platform that comes with the package, or a path; ``@`` and a power mode may
        follow
    :raises ConfigError: when it does not exist or cannot be used; names file and key
    """
    found = _load([name], 'platforms', 'platform')
    found.device()
    return found


def _load(names: list[str], kind: str, what: str) -> SystemFile:
    parts: list[tuple[str, Data]] = []
    #: files, and the power mode asked of each
    modes: list[tuple[str, str]] = []
    for name in names:
        base, mode = mode_apart(name, what)
        path = find(base, kind, what)
        parts.append(('' if is_built_in(path) else str(path), read_mapping(path)))
        if mode:
            modes.append((base, mode))
    title = Path(mode_apart(names[0], what)[0]).stem if names else ''
    system = _with_costs(parse_system(*parts, name=title))
    if len({mode for _, mode in modes}) > 1:
        both = ' and '.join(f'{base}@{mode}' for base, mode in modes)
        raise ConfigError(what, f'{both} are two power modes: give one')
    if not modes:
        return in_power_mode(system, '') if power_modes_of(system) else system
    return _in_mode(system, *modes[0])


def _with_costs(system: SystemFile, before: tuple[Path, ...] = ()) -> SystemFile:
    """
    Return the system with the costs of the file that it names, which may name another one.

    :param before: the files that led to this one
    :raises ConfigError: when the files name each other in a loop
    """
    if not system.costs_from:
        return system
    where = system.at('costs_from')
    if not Path(system.costs_from).is_absolute():
        contained(system.costs_from, Path.cwd(), where)
    path = find(system.costs_from, '', where)
    if path.resolve() in before:
        raise ConfigError(where, f"is a loop: '{shortened(system.costs_from)}' led here")
    table = parse_system((str(path), read_mapping(path)))
    table = _with_costs(table, (*before, path.resolve()))
    return system.model_copy(update={'costs': joined_costs(table.costs, system.costs)})


def _in_mode(system: SystemFile, base: str, mode: str) -> SystemFile:
    """
    Return the system in a power mode.

    :param base: the file with the mode
    """
    modes = power_modes_of(system)
    if mode not in modes:
        problem = f"there is no power mode '{shortened(mode)}'"
        if modes:
            known = ', '.join(modes)
            raise ConfigError(
                base,
                f'{problem}{did_you_mean(mode, modes)} (there are {known}); '
                'without the @ it is as its costs were given, '
                'which is MAXN in the files of Jetsons',
            )
        file = _WITH_POWER_MODES.get(base)
        hint = f'; config/platforms/{file} has some' if file else ''
        raise ConfigError(base, f'{problem}: this platform has none{hint}')
    return in_power_mode(system, mode)
