# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The rules for files of the Container Device Interface, as its specification 1.1 has them."""

from __future__ import annotations

import re
from typing import Any

_VERSIONS = ('0.3.0', '0.4.0', '0.5.0', '0.6.0', '0.7.0', '0.8.0', '1.0.0', '1.1.0')
_LABEL = r'[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?'
_VENDOR = re.compile(rf'(?=.{{1,253}}$){_LABEL}(\.{_LABEL})*')
_CLASS = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?')
_DEVICE = re.compile(r'[A-Za-z0-9]([A-Za-z0-9._:-]*[A-Za-z0-9])?')
_TOP = {'cdiVersion', 'kind', 'annotations', 'devices', 'containerEdits'}
_EDITS = {'env', 'deviceNodes', 'mounts', 'hooks'}
_NODE = {'path', 'hostPath', 'permissions', 'type', 'major', 'minor', 'fileMode', 'uid', 'gid'}


def broken(spec: Any) -> list[str]:
    """Return the rules that a file breaks; of edits only those that this package writes."""
    found = []
    if set(spec) - _TOP or not {'cdiVersion', 'kind', 'devices'} <= set(spec):
        found.append('keys')
    if spec.get('cdiVersion') not in _VERSIONS:
        found.append('cdiVersion')
    vendor, slash, kind = spec.get('kind', '').partition('/')
    if not (slash and _VENDOR.fullmatch(vendor) and _CLASS.fullmatch(kind)):
        found.append('kind')
    devices = spec.get('devices') or []
    names = [one.get('name', '') for one in devices]
    if not devices or len(set(names)) != len(names):
        found.append('devices')
    for one in devices:
        if set(one) - {'name', 'annotations', 'containerEdits'}:
            found.append('keys of a device')
        if not _DEVICE.fullmatch(one.get('name', '')):
            found.append('name')
        found += _broken_edits(one.get('containerEdits') or {})
        found += _broken_annotations(one.get('annotations') or {})
    return found + _broken_annotations(spec.get('annotations') or {}) + _too_old(spec, names)


def _broken_edits(edits: Any) -> list[str]:
    found = [] if edits and not set(edits) - _EDITS else ['containerEdits']
    if not all(re.fullmatch(r'[^=]+=.*', one) for one in edits.get('env', [])):
        found.append('env')
    for node in edits.get('deviceNodes', []):
        if set(node) - _NODE or not node.get('path', '').startswith('/'):
            found.append('deviceNodes')
        if not set(node.get('permissions', '')) <= set('rwm'):
            found.append('permissions')
    return found


def _broken_annotations(annotations: Any) -> list[str]:
    key = re.compile(r'([a-z0-9.-]{1,253}/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?')
    good = all(key.fullmatch(k) and isinstance(v, str) for k, v in annotations.items())
    return [] if good else ['annotations']


def _too_old(spec: Any, names: list[str]) -> list[str]:
    """Return whether something is newer than the version that the file names."""
    needed = '0.3.0'
    if any(name[:1].isdigit() for name in names):
        needed = '0.5.0'
    if 'annotations' in spec or any('annotations' in one for one in spec.get('devices') or []):
        needed = '0.6.0'
    if '.' in spec.get('kind', '').partition('/')[2]:
        needed = '0.6.0'
    version = spec.get('cdiVersion')
    known = version in _VERSIONS
    return (
        ['minimum version'] if known and _VERSIONS.index(version) < _VERSIONS.index(needed) else []
    )
