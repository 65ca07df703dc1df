# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads workload and platform files: the user's own, or those that come with the package."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.plain_words import shortened
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.simulation.platform import Platform
from edge_sched_ros.simulation.power_modes import in_power_mode
from edge_sched_ros.simulation.schema import Cost
from edge_sched_ros.simulation.schema import CostTable
from edge_sched_ros.simulation.schema import File
from edge_sched_ros.simulation.suite_file import Suite
from edge_sched_ros.simulation.workload import Workload

_DATA = Path(__file__).parent / 'data'
#: built-in platform -> the file in config/platforms that is of the same module and has power modes
_WITH_POWER_MODES = {
    'orin_agx': 'jetson_agx_orin_64.yaml',
    'orin_nx': 'jetson_orin_nx_16.yaml',
}
_Model = TypeVar('_Model', bound=BaseModel)
_File = TypeVar('_File', bound=File)


def built_in(folder: str) -> tuple[str, ...]:
    """Return the names of the files of a kind that come with the package."""
    return tuple(sorted(path.stem for path in (_DATA / folder).glob('*.yaml')))


def files_of(workload: str, platform: str) -> tuple[Path, Path]:
    """
    Return the files of a workload and a platform.

    :raises ConfigError: when there is none
    """
    return (
        _find('workloads', workload, 'workload'),
        _find('platforms', _mode_apart(platform)[0], 'platform'),
    )


def load_workload(name: str) -> Workload:
    """
    Read a workload.

    :param name: of one that comes with the package, or a path
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    return _load(Workload, 'workloads', name, 'workload')


def load_platform(name: str) -> Platform:
    """
    Read a platform, its cost table filled in.

    :param name: of one that comes with the package, or a path; ``@`` and a power mode may follow
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    base, mode = _mode_apart(name)
    platform = _load(Platform, 'platforms', base, 'platform')
    if mode and mode not in platform.power_modes:
        raise ConfigError(platform.where, _no_such_mode(platform, base, mode))
    platform = in_power_mode(platform, mode)
    if not platform.costs_from:
        return platform
    table = _read(_find('', platform.costs_from, f'{platform.where}: costs_from'), CostTable)
    return platform.model_copy(update={'costs': _joined(table.networks, platform.costs)})


def _no_such_mode(platform: Platform, base: str, mode: str) -> str:
    """Return what is wrong with a power mode that a platform does not have."""
    problem = f"there is no power mode '{shortened(mode)}'"
    if platform.power_modes:
        return (
            f'{problem}{did_you_mean(mode, platform.power_modes)} '
            f'(there are {", ".join(platform.power_modes)}); without the @ it is as its '
            'costs were given, which is MAXN in the files of Jetsons'
        )
    file = _WITH_POWER_MODES.get(base)
    hint = f'; config/platforms/{file} has some' if file else ''
    return f'{problem}: this platform has none{hint}'


def _joined(
    table: dict[str, dict[str, Cost]], own: dict[str, dict[str, Cost]]
) -> dict[str, dict[str, Cost]]:
    return {name: {**table.get(name, {}), **own.get(name, {})} for name in {**table, **own}}


def _mode_apart(name: str) -> tuple[str, str]:
    """
    Return a platform's name and the power mode asked for with it, if any.

    :raises ConfigError: when there is only the @
    """
    base, at, mode = name.rpartition('@')
    if not at or not base or _is(Path(name).is_file):
        return name, ''
    if not mode:
        problem = 'the power mode after the @ is missing'
        raise ConfigError('platform', f"'{shortened(name)}': {problem}")
    return base, mode


def load_suite(name: str) -> Suite:
    """
    Read a suite.

    :param name: of one that comes with the package, or a path; the workloads and platforms it
        names come with the package, or are found from the suite's folder or the current one
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    suite = _load(Suite, 'suites', name, 'suite')
    folder = _find('suites', name, 'suite').parent
    groups = []
    for index, group in enumerate(suite.scenarios):
        where = f'{suite.where}: scenarios.{index}'
        platforms = (
            _found_platform(platform, f'{where}.platforms', folder) for platform in group.platforms
        )
        workload = _found('workloads', group.workload, f'{where}.workload', folder)
        update = {'workload': workload, 'platforms': tuple(platforms)}
        groups.append(group.model_copy(update=update))
    return suite.model_copy(update={'scenarios': tuple(groups)})


def _load(model: type[_File], folder: str, name: str, what: str) -> _File:
    path = _find(folder, name, what)
    return _read(path, model).of_file(path, built_in=path.parent == _DATA / folder)


def _found(folder: str, name: str, what: str, beside: Path) -> str:
    """Return a name that ``_find`` finds from anywhere."""
    if name in built_in(folder):
        return name
    near = beside / name
    return str(near if _is(near.is_file) else _find(folder, name, what))


def _found_platform(name: str, what: str, beside: Path) -> str:
    base, mode = _mode_apart(name)
    found = _found('platforms', base, what, beside)
    return f'{found}@{mode}' if mode else found


def _find(folder: str, name: str, what: str) -> Path:
    known = built_in(folder)
    if name in known:
        return _DATA / folder / f'{name}.yaml'
    path = Path(name)
    if _is(path.is_file):
        return path
    if name and _is(path.is_dir):
        raise ConfigError(what, f"'{name}' is a folder, not a file")
    if name and _is(path.exists):
        raise ConfigError(what, f"'{shortened(name)}' is no regular file (a device or a pipe)")
    raise ConfigError(
        what,
        f"there is no file and no built-in '{shortened(name)}'{did_you_mean(name, known)} "
        f'(built in: {", ".join(known)})',
    )


def _is(look: Callable[[], bool]) -> bool:
    """Return what a look at a path says; a name that no path can have is no file."""
    try:
        return look()
    except (OSError, ValueError):
        return False


def _read(path: Path, model: type[_Model]) -> _Model:
    return parse(read_mapping(path), model, str(path))
