# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""System files: the description of a robot, in one file or several."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any
from typing import Literal

from pydantic import Field
from pydantic import field_validator
from pydantic import PrivateAttr

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.documents.names import Named
from edge_sched_ros.system.change import Change
from edge_sched_ros.system.checks import not_there
from edge_sched_ros.system.cost_columns import as_written
from edge_sched_ros.system.costs import Cost
from edge_sched_ros.system.device import Device
from edge_sched_ros.system.fields import Name
from edge_sched_ros.system.fields import Part
from edge_sched_ros.system.link import Link
from edge_sched_ros.system.network import ALONE
from edge_sched_ros.system.network import Network
from edge_sched_ros.system.origins import Origins
from edge_sched_ros.system.workload import Stream
from edge_sched_ros.system.workload import Task


class SystemFile(Device):
    """A system file. Keys of a device at the top level belong to its only device."""

    format: Literal[1] = Field(1, description='Version of this format.')
    name: Named = Field('', description='Name in the output; default: the name of the file.')
    description: str = Field('', description='One line for the reader; not used.')
    devices: dict[Name, Device] = Field(
        {}, description='Computers by name, if there are several or the only one has a name.'
    )
    links: tuple[Link, ...] = Field(
        (),
        description='Networks between the devices; without any, devices are joined without delay.',
    )
    networks: dict[Name, Network] = Field({}, description='Networks by name.')
    costs: dict[Name, dict[Named, Cost]] = Field(
        {},
        description='Name -> unit name, type or kind -> cost. ``library`` of a stage refers to '
        'these names. A task may also use such a name as its network, which then has '
        'one stage.',
    )
    costs_from: Named = Field(
        '',
        description='Another file with ``costs``: ``jetson_costs``, or a path. Entries of '
        '``costs`` in this file replace its entries.',
    )
    streams: dict[Name, Stream] = Field(
        {}, description='Streams by name, which several tasks can share.'
    )
    tasks: dict[Name, Task] = Field({}, description='Tasks by name.')
    changes: tuple[Change, ...] = Field((), description='Changes during a simulated run.')
    utilisation_limit: Part | None = Field(
        None,
        description='Maximum utilisation of each unit, for ``capacity`` (default 1) and ``place``'
        ' (default 0.8, as the Ibis authors).',
    )
    memory_share: Part = Field(
        0.8,
        description="Share of a device's memory that ``place`` may use; the default is that of "
        'the Ibis authors.',
    )
    front_end_limit: Part | None = Field(
        0.8,
        description='Maximum mean number of requests of a task in flight (rate times mean '
        'response), for ``place``; ``null``: no limit. The default is that of the '
        'Ibis authors.',
    )
    deadline_share: Part = Field(
        1.0,
        description='Share of the deadline that a response may take by the models of ``place``; '
        'the rest is a margin for errors of the models.',
    )
    notes: dict[Named, Any] = Field({}, description='For the reader; not used.')
    _origins: Origins = PrivateAttr(default_factory=Origins)

    @field_validator('name')
    @classmethod
    def _one_line(cls, value: str) -> str:
        if not value.isprintable():
            raise ValueError('must be one line without control characters')
        return value

    @property
    def where(self) -> str:
        """Return its name in messages: the paths of a user's files, else its name."""
        return self._origins.files or self.name

    def at(self, *key: str) -> str:
        """Return file and key, for messages, the latter as the file has it."""
        written = self.written(*key)
        return f'{self._origins.of(written) or self.name}: {".".join(written)}'

    def written(self, *key: str) -> tuple[str, ...]:
        """Return a key as the file has it, which may give networks in short."""
        return as_written(key, self._origins.data)

    def variant_at(self, network: str, variant: str = '') -> Callable[..., str]:
        """
        Return what returns where a key of a variant is, for messages.

        :param variant: empty for the first
        """
        if not variant and network in self.networks:
            variant = next(iter(self.networks[network].variants))
        return partial(self.at, 'networks', network, 'variants', variant or ALONE)

    def with_origins(self, origins: Origins, name: str) -> SystemFile:
        """Return the file with its name and the origins of its keys."""
        named = self.model_copy(update={'name': self.name or name})
        named._origins = origins
        return named

    def named_devices(self) -> dict[str, Device]:
        """Return the devices by name, including those without units; see :meth:`all_devices`."""
        own = self._own_device_keys()
        if own and self.devices:
            known = ', '.join(self.devices)
            problem = f'is of a device, and the file has several ({known}): put it under one'
            raise ConfigError(self.at(own[0]), problem)
        return self.devices or ({self.name or 'device': self} if self.units else {})

    def _own_device_keys(self) -> list[str]:
        """Return the keys of a device at the top level."""
        return [key for key in Device.model_fields if key in self.model_fields_set]

    def all_devices(self) -> dict[str, Device]:
        """
        Return the devices by name; the one at the top level has the name of the file.

        :raises ConfigError: when there is none, or one without units
        """
        found = self.named_devices()
        if not found:
            raise ConfigError(f'{self.where}: units', 'is missing: there is no device')
        for name, device in found.items():
            if not device.units:
                raise ConfigError(self.at('devices', name, 'units'), 'is missing')
        return found

    def device(self, name: str = '') -> Device:
        """
        Return one device.

        :param name: name of the device; empty for the only one
        :raises ConfigError: when it does not exist, or the choice is not unique
        """
        devices = self.all_devices()
        if name in devices:
            return devices[name]
        if name:
            raise ConfigError('device', not_there(name, devices, 'device'))
        if len(devices) > 1:
            known = ', '.join(devices)
            problem = f'has several devices ({known}); this tool uses one: give a file with that'
            raise ConfigError(self.where, f'{problem} one alone')
        ((only, device),) = devices.items()
        if device.count is not None and device.count > 1:
            key = ('devices', only, 'count') if only in self.devices else ('count',)
            problem = f'this tool uses one device, and count makes {device.count}: leave it out'
            raise ConfigError(self.at(*key), problem)
        return device
