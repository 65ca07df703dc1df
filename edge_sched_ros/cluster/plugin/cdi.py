# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
What containers with a claim get: a file of the Container Device Interface (CDI) for each claim.

Its devices are the claimed units. A container finds a variable ``EDGE_SCHED_UNIT_NAME`` for each,
and the device nodes that a file of the user names. The file also says which claim it is of, and is
all that is remembered of it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from collections.abc import Mapping
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from edge_sched_ros.cluster import names
from edge_sched_ros.core.errors import ConfigError

KIND = f'{names.GROUP}/unit'
#: the first version with annotations, which are here what is remembered
VERSION = '0.6.0'
_CLAIM, _UID, _REQUESTS = (f'{names.GROUP}/{key}' for key in ('claim', 'claim-uid', 'requests'))
_UNIT, _SHARED = f'{names.GROUP}/unit', f'{names.GROUP}/shared'
_UIDS = re.compile(r'[0-9a-zA-Z][0-9a-zA-Z-]{0,62}')


@dataclass(frozen=True, slots=True)
class Grant:
    """
    A unit that a claim has.

    :param requests: names of the claim's requests that it is for
    :param shared: whether other claims may have it, too (access for administration)
    """

    unit: str
    requests: tuple[str, ...]
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Prepared:
    """
    A claim and its units on this computer.

    :param claim: ``NAMESPACE/NAME``
    """

    uid: str
    claim: str
    grants: tuple[Grant, ...]

    def device_id(self, grant: Grant) -> str:
        """Return the name by which the container runtime finds a device."""
        return f'{KIND}={self._device(grant)}'

    def _device(self, grant: Grant) -> str:
        return f'{self.uid}-{grant.unit}'

    def spec(self, nodes: Mapping[str, Sequence[str]]) -> dict[str, Any]:
        """
        Return the content of the file.

        :param nodes: unit -> paths of its device nodes
        """
        return {
            'cdiVersion': VERSION,
            'kind': KIND,
            'annotations': {_CLAIM: self.claim, _UID: self.uid},
            'devices': [self._cdi_device(one, nodes.get(one.unit, ())) for one in self.grants],
        }

    def _cdi_device(self, grant: Grant, nodes: Iterable[str]) -> dict[str, Any]:
        word = re.sub(r'\W', '_', grant.unit).upper()
        edits: dict[str, Any] = {'env': [f'EDGE_SCHED_UNIT_{word}={grant.unit}']}
        paths = [{'path': path} for path in nodes]
        if paths:
            edits['deviceNodes'] = paths
        annotations = {_UNIT: grant.unit, _REQUESTS: ','.join(grant.requests)}
        if grant.shared:
            annotations[_SHARED] = 'true'
        return {
            'name': self._device(grant),
            'annotations': annotations,
            'containerEdits': edits,
        }


def file_name(uid: str) -> str:
    """
    Return the name of a claim's file.

    :raises ConfigError: when the uid is none
    """
    if not _UIDS.fullmatch(uid):
        raise ConfigError('uid', f'{json.dumps(uid[:80])} is not that of a ResourceClaim')
    return f'{KIND.replace("/", "-")}_{uid}.json'


def is_ours(name: str) -> bool:
    """Whether a file of the folder was written for a claim of this driver."""
    return name.startswith(f'{KIND.replace("/", "-")}_') and name.endswith('.json')


def read_prepared(text: str) -> Prepared:
    """
    Return what a file says.

    :raises ConfigError: when it is not such a file
    """
    try:
        data = json.loads(text)
        said = data['annotations']
        grants = tuple(_read_grant(one['annotations']) for one in data['devices'])
        return Prepared(str(said[_UID]), str(said[_CLAIM]), grants)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise ConfigError('', 'is not a file of this driver') from None


def _read_grant(said: Mapping[str, str]) -> Grant:
    return Grant(said[_UNIT], tuple(said[_REQUESTS].split(',')), said.get(_SHARED) == 'true')
