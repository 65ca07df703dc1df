# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Entry points of installed packages for this package.

It reads only the files that declare them, and imports nothing.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Collection
from collections.abc import Iterator
from dataclasses import dataclass
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.near import did_you_mean
from edge_sched_ros.plugins.kind import GROUPS

if TYPE_CHECKING:
    from importlib.metadata import Distribution

_FILE = 'entry_points.txt'


@dataclass(frozen=True, slots=True)
class EntryPoint:
    """
    A plug-in that an installed package declares.

    :param reference: ``package.module:Class``
    :param location: the folder that the package is in
    :param problem: why it cannot be read; the name and reference may be empty then
    """

    group: str
    name: str
    reference: str
    package: str
    version: str
    location: str
    problem: str = ''

    @property
    def origin(self) -> str:
        """The package with its version."""
        return f'{self.package} {self.version}'.strip()


def installed(group: str) -> tuple[EntryPoint, ...]:
    """Return the entry points of a group, by name and then by package."""
    return tuple(one for one in _all(tuple(sys.path)) if one.group == group)


def misplaced(groups: Collection[str]) -> tuple[EntryPoint, ...]:
    """
    Return declarations without effect: in an unreadable file, or an unknown group.

    :param groups: the known groups
    """
    return tuple(
        one if one.problem else replace(one, problem=_no_group(one.group, groups))
        for one in _all(tuple(sys.path))
        if one.problem or one.group not in groups
    )


def _no_group(group: str, groups: Collection[str]) -> str:
    hint = did_you_mean(group, groups)
    return f"'{group}' is not a group of plug-ins{hint}"


@lru_cache(maxsize=4)
def _all(_path: tuple[str, ...]) -> tuple[EntryPoint, ...]:
    # its import takes longer than its use, and most commands do not need it
    from importlib.metadata import distributions

    found: dict[EntryPoint, None] = {}
    for each in distributions():
        found.update(dict.fromkeys(_of_distribution(each)))
    return tuple(sorted(found, key=lambda one: (one.group, one.name, one.package)))


def _of_distribution(each: Distribution) -> Iterator[EntryPoint]:
    from importlib.metadata import distribution
    from importlib.metadata import PackageNotFoundError

    try:
        text = each.read_text(_FILE) or ''
    except (OSError, ValueError):
        return
    # a few hundred packages are installed, and almost none declares plug-ins for this one
    if GROUPS not in text:
        return
    package, version = _name_of(each)
    location = _location(each)
    try:
        if _location(distribution(package)) != location:
            return  # the imported package is in another folder, earlier on the path
    except (PackageNotFoundError, OSError, ValueError):
        pass
    try:
        for one in each.entry_points:
            if one.group.startswith(GROUPS):
                yield EntryPoint(one.group, one.name, one.value, package, version, location)
    except Exception as error:
        problem = f'{_FILE} cannot be read: {brief_error(error)}'
        yield EntryPoint('', '', '', package, version, location, problem)


def _location(each: Distribution) -> str:
    """Return the folder of a package, resolving links such as ``lib64``."""
    return os.path.realpath(str(each.locate_file('')))


def _name_of(each: Distribution) -> tuple[str, str]:
    """Return name and version; a package may lack its metadata file."""
    try:
        return str(each.metadata['Name'] or 'a package'), str(each.metadata['Version'] or '')
    except Exception:
        return 'a package', ''
