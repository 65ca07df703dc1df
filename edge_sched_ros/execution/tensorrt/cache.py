# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Engines on disk: found again only by who can run them.

An engine is one file for its plan and one for what it is. A plan's name has its own digest in it
and the other file, written last, names it: whoever reads sees an engine as a whole or none.
"""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import asdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.tensorrt.files import locked
from edge_sched_ros.execution.tensorrt.files import read_code
from edge_sched_ros.execution.tensorrt.files import write_atomically
from edge_sched_ros.execution.tensorrt.placement import Placement
from edge_sched_ros.execution.tensorrt.plan_register import check_known
from edge_sched_ros.execution.tensorrt.plan_register import remember

#: of the files beside plans
_FORMAT = 2


@dataclass(frozen=True, slots=True)
class EngineKey:
    """
    All that must be the same for an engine to be used again.

    :param device: name of the GPU, which whole families of modules share
    :param compute_capability: e.g. ``8.7``, which they share too
    :param multiprocessors: of the GPU, as many as the power mode leaves on
    :param module: what the computer calls itself; empty when it does not say
    :param l4t: release of a Jetson's system; empty elsewhere
    :param dla_cores: how many DLA cores this machine has
    :param network_sha256: of the network's file
    :param shapes: what dynamic dimensions were set to
    :param calibration_sha256: of the INT8 ranges; empty without
    """

    tensorrt: str
    device: str
    compute_capability: str
    multiprocessors: int
    module: str
    l4t: str
    dla_cores: int
    network_sha256: str
    precision: str
    unit_kind: str
    shapes: str
    gpu_fallback: bool
    calibration_sha256: str = ''

    def to_dict(self) -> dict[str, Any]:
        """Return its values by name."""
        return asdict(self)

    @property
    def digest(self) -> str:
        """A short name for it."""
        text = json.dumps(self.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def differences(self, other: EngineKey) -> str:
        """Say in which values another engine differs from this one."""
        ours, theirs = self.to_dict(), other.to_dict()
        return ', '.join(
            f'{name} {theirs[name]} instead of {ours[name]}'
            for name in ours
            if ours[name] != theirs[name]
        )


@dataclass(frozen=True, slots=True)
class StoredEngine:
    """An engine on disk."""

    key: EngineKey
    plan: Path
    plan_sha256: str
    placement: Placement
    built_s: float

    def read(self) -> bytes:
        """
        Return the plan; the one that another process has replaced it by meanwhile, if so.

        :raises ConfigError: when it is not there or not what was written, or when another user
            could have written it
        """
        if not self.plan.is_file():
            newer = find(self.plan.parent, self.key)
            if newer is not None and newer.plan != self.plan:
                return newer.read()
        data = read_code(self.plan)
        if hashlib.sha256(data).hexdigest() != self.plan_sha256:
            raise ConfigError(
                str(self.plan), 'is damaged (its checksum is not the one written beside it)'
            )
        check_known(self.plan_sha256, self.plan)
        return data


def default_folder() -> Path:
    """Return the user's folder for engines; it outlives a reboot, unlike ``/tmp``."""
    named = os.environ.get('XDG_CACHE_HOME', '')
    base = Path(named) if os.path.isabs(named) else Path.home() / '.cache'
    return base / 'edge_sched_ros' / 'engines'


def describing_file(plan: Path) -> Path:
    """Return the file that says what a plan of a user's own is."""
    return plan.with_name(plan.name + '.json')


def find(folder: Path, key: EngineKey) -> StoredEngine | None:
    """
    Return the engine with that key, ``None`` when there is none.

    :raises ConfigError: when what is written of it cannot be read
    """
    path = folder / f'{key.digest}.json'
    if not path.is_file():
        return None
    stored = read_description(path)
    if stored.key != key:
        raise ConfigError(str(path), f'is of another engine: {key.differences(stored.key)}')
    return stored if stored.plan.is_file() else None


def read_description(path: Path) -> StoredEngine:
    """
    Return the engine that a file describes.

    :raises ConfigError: when it is no such file
    """
    try:
        data = json.loads(read_code(path))
        if data['format'] != _FORMAT:
            raise ValueError(f'format {data["format"]}, this release reads {_FORMAT}')
        return StoredEngine(
            key=EngineKey(**data['key']),
            plan=path.parent / Path(str(data['plan'])).name,
            plan_sha256=str(data['plan_sha256']),
            placement=Placement(**{name: int(n) for name, n in data['layers'].items()}),
            built_s=float(data['built_s']),
        )
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        reason = ' '.join(str(error).split())
        raise ConfigError(str(path), f'is damaged: {type(error).__name__} {reason}') from None


def store(
    folder: Path, stem: str, key: EngineKey, plan: bytes, placement: Placement, built_s: float
) -> StoredEngine:
    """
    Write an engine, replacing the one with the same key.

    :param stem: what the plan's name begins with, for people
    :raises ConfigError: when the folder cannot be written
    """
    sha256 = hashlib.sha256(plan).hexdigest()
    file = folder / f'{stem}-{key.unit_kind}-{key.precision}-{key.digest}-{sha256[:8]}.plan'
    described = folder / f'{key.digest}.json'
    stored = StoredEngine(key, file, sha256, placement, round(built_s, 3))
    text = json.dumps(_described(stored), indent=2)
    with locked(folder):
        before = _named_by(described)
        remember(sha256, file)
        write_atomically(file, plan)
        write_atomically(described, text.encode())
        # others may be on their way to being named by another process
        if before is not None and before != file:
            before.unlink(missing_ok=True)
    return stored


def _named_by(described: Path) -> Path | None:
    """Return the plan that is about to be replaced, if one is."""
    try:
        return read_description(described).plan if described.is_file() else None
    except ConfigError:
        return None


def _described(stored: StoredEngine) -> dict[str, Any]:
    return {
        'format': _FORMAT,
        'key': stored.key.to_dict(),
        'plan': stored.plan.name,
        'plan_sha256': stored.plan_sha256,
        'layers': stored.placement.to_dict(),
        'built_s': stored.built_s,
    }
