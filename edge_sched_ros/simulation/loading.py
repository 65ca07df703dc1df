# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Reads workload and platform files: the user's own, or those that come with the package."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from typing import TypeVar

import yaml
from pydantic import BaseModel
from pydantic import ValidationError

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.simulation.platform import Platform
from edge_sched_ros.simulation.schema import CostTable
from edge_sched_ros.simulation.suite_file import Suite
from edge_sched_ros.simulation.workload import Workload

_DATA = Path(__file__).parent / 'data'
_Model = TypeVar('_Model', bound=BaseModel)


def built_in(folder: str) -> tuple[str, ...]:
    """Return the names of the files of a kind that come with the package."""
    return tuple(sorted(path.stem for path in (_DATA / folder).glob('*.yaml')))


def load_workload(name: str) -> Workload:
    """
    Read a workload.

    :param name: of one that comes with the package, or a path
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    path = _find('workloads', name, 'workload')
    workload = _read(path, Workload)
    return workload if workload.name else workload.model_copy(update={'name': path.stem})


def load_platform(name: str) -> Platform:
    """
    Read a platform, its cost table filled in.

    :param name: of one that comes with the package, or a path
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    path = _find('platforms', name, 'platform')
    platform = _read(path, Platform)
    costs = dict(platform.costs)
    if platform.costs_from:
        table = _read(_find('', platform.costs_from, f'{path}: costs_from'), CostTable)
        costs = {**table.networks, **costs}
    return platform.model_copy(update={'name': platform.name or path.stem, 'costs': costs})


def load_suite(name: str) -> Suite:
    """
    Read a suite.

    :param name: of one that comes with the package, or a path
    :raises ConfigError: when there is none, or it cannot be used; names file and key
    """
    path = _find('suites', name, 'suite')
    suite = _read(path, Suite)
    return suite if suite.name else suite.model_copy(update={'name': path.stem})


def _find(folder: str, name: str, what: str) -> Path:
    known = built_in(folder)
    if name in known:
        return _DATA / folder / f'{name}.yaml'
    path = Path(name)
    if path.is_file():
        return path
    raise ConfigError(
        what, f"there is no file and no built-in '{name}' (built in: {', '.join(known)})"
    )


def _read(path: Path, model: type[_Model]) -> _Model:
    try:
        data: Any = yaml.safe_load(path.read_text(encoding='utf-8'))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        problem = ' '.join(str(error).split())
        raise ConfigError(str(path), f'cannot be read: {problem}') from None
    if not isinstance(data, dict):
        raise ConfigError(str(path), 'is not a mapping')
    return parse(data, model, str(path))


def parse(data: dict[str, Any], model: type[_Model], where: str) -> _Model:
    """
    Return the data as a model.

    :param where: the file, for messages
    :raises ConfigError: naming the first key that cannot be used
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        first = error.errors()[0]
        key = '.'.join(str(part) for part in first['loc'])
        problem = first['msg'].removeprefix('Value error, ')
        given = first.get('input')
        if isinstance(given, (str, int, float)) and first['type'] != 'extra_forbidden':
            problem += f', not {given!r}'
        if first['type'] == 'extra_forbidden':
            problem = 'there is no such key'
        raise ConfigError(f'{where}: {key}' if key else where, problem) from None
