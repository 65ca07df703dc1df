# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Suite files: scenarios for the comparison of policies."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated
from typing import TYPE_CHECKING

from pydantic import Field
from pydantic import model_validator
from pydantic import PrivateAttr

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.names import Named
from edge_sched_ros.documents.parsing import parse
from edge_sched_ros.documents.yaml_file import read_mapping
from edge_sched_ros.system.fields import Strict
from edge_sched_ros.system.fields import Truth
from edge_sched_ros.system.finding import find_file
from edge_sched_ros.system.finding import found_from

if TYPE_CHECKING:
    from typing_extensions import Self

_SUITES = Path(__file__).parent / 'data' / 'suites'
#: keys that system files have and suites have not
_OF_SYSTEMS = ('format', 'units', 'devices', 'tasks', 'streams', 'networks', 'costs')
#: as for ``--load``
MOST_LOAD = 100


class Group(Strict):
    """
    A workload on several platforms at several loads, or else systems with several devices.

    Load null: costs as given.
    """

    workload: Named = Field(
        '',
        description="A built-in name, or a file relative to the suite's folder or the current "
        'folder.',
    )
    platforms: tuple[Named, ...] = Field(
        (), description='Built-in names, or files as for ``workload``.'
    )
    loads: tuple[Annotated[float, Field(strict=True, gt=0, le=MOST_LOAD)] | None, ...] = Field(
        (None,),
        min_length=1,
        description='Least load to scale to (utilisation of the busiest unit with the best '
        'division of the work); null: as given.',
    )
    systems: tuple[Named, ...] = Field(
        (),
        description='Instead of ``workload``, ``platforms`` and ``loads``: files with tasks, '
        'devices and links, found as the others; they compare high-level policies.',
    )

    @model_validator(mode='after')
    def _one_of_two(self) -> Self:
        if self.systems:
            if self.model_fields_set - {'systems'}:
                raise ValueError('systems go without workload, platforms and loads')
        elif not self.workload or not self.platforms:
            missing = 'platforms' if self.workload else 'workload'
            raise ValueError(f'{missing} is missing (or else systems)')
        return self


class Suite(Strict):
    """A suite file."""

    name: Named = Field('', description='Name in the output; default: the name of the file.')
    description: str = Field('', description='One line for the reader; not used.')
    random: Truth = Field(
        False,
        description='Instead of ``scenarios``: one system drawn at random for each seed.',
    )
    scenarios: tuple[Group, ...] = Field(
        (),
        description='Groups; each combination of platform and load in a group is a scenario, and '
        'each of its systems. All groups have systems, or none.',
    )
    _where: str = PrivateAttr('')

    @model_validator(mode='after')
    def _one_kind(self) -> Self:
        if self.random == bool(self.scenarios):
            raise ValueError('needs either scenarios or random')
        if len({bool(group.systems) for group in self.scenarios}) > 1:
            raise ValueError('has groups with systems and groups without')
        return self

    @property
    def has_fleets(self) -> bool:
        """Whether it compares high-level policies, on systems with several devices."""
        return not self.random and bool(self.scenarios[0].systems)

    @property
    def where(self) -> str:
        """Return its name in messages: the path of a user's file, else its name."""
        return self._where or self.name


def built_in_suites() -> tuple[str, ...]:
    """Return the names of the suites that come with the package."""
    return tuple(sorted(path.stem for path in _SUITES.glob('*.yaml')))


def load_suite(name: str) -> Suite:
    """
    Read a suite.

    :param name: a suite of the package, or a path; its workloads and platforms are those of the
        package, or files relative to the suite's folder or the current one
    :raises ConfigError: when it does not exist or cannot be used; names file and key
    """
    path = find_file(name, _SUITES, 'suite')
    own = path.parent != _SUITES
    data = read_mapping(path)
    if 'scenarios' not in data and any(key in data for key in _OF_SYSTEMS):
        problem = 'is a system file, not a suite; name it in a suite as workload and platforms'
        raise ConfigError(str(path), f'{problem}, or run it by edge-sched simulate --policy')
    suite = parse(data, Suite, str(path))
    where = str(path) if own else suite.name or path.stem
    groups = []
    for index, group in enumerate(suite.scenarios):
        at = f'{where}: scenarios.{index}'
        if group.systems:
            systems = (
                found_from(one, 'fleets', f'{at}.systems', path.parent) for one in group.systems
            )
            groups.append(group.model_copy(update={'systems': tuple(systems)}))
            continue
        platforms = (
            found_from(platform, 'platforms', f'{at}.platforms', path.parent)
            for platform in group.platforms
        )
        workload = found_from(group.workload, 'workloads', f'{at}.workload', path.parent)
        update = {'workload': workload, 'platforms': tuple(platforms)}
        groups.append(group.model_copy(update=update))
    title = suite.name or path.stem
    whole = suite.model_copy(update={'scenarios': tuple(groups), 'name': title})
    whole._where = where
    return whole
