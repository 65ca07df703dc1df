# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The release of Linux for Tegra, and its JetPack."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_text

#: L4T -> JetPack. NVIDIA's JetPack archive, and jtop's map with its corrections (jetson_stats PR
#: 803, jetson-containers PR 1741) [confirmed]; 39.2.1 by two public tables [secondary]. Releases
#: newer than this map are missing.
_RELEASES = {
    (35, 2, 1): '5.1',
    (35, 6, 4): '5.1.6',
    (36, 3, 0): '6.0',
    (36, 4, 0): '6.1',
    (36, 4, 3): '6.2',
    (36, 4, 4): '6.2.1',
    (36, 4, 7): '6.2.1',
    (36, 5, 0): '6.2.2',
    (36, 5, 2): '6.2.3',
    (39, 2, 0): '7.2',
    (39, 2, 1): '7.2.1',
}
#: prefix of releases that all belong to one JetPack -> that JetPack
_LINES = {
    (32, 6): '4.6.x',
    (32, 7): '4.6.x',
    (35, 1): '5.0.2',
    (35, 2): '5.1.x',
    (35, 3): '5.1.x',
    (35, 4): '5.1.x',
    (35, 5): '5.1.x',
    (35, 6): '5.1.x',
    (38, 2): '7.0',
    (38, 4): '7.1',
}
_RELEASE = re.compile(r'R(\d+)\b.*?REVISION:\s*(\d+(?:\.\d+)*)')


@dataclass(frozen=True, slots=True)
class TegraRelease:
    """
    Linux for Tegra.

    :param l4t: such as ``36.4.3``; ``None`` without one, or when it cannot be read
    :param jetpack: ``None`` when it is not known
    :param reason: why one of them is not known
    """

    l4t: str | None
    jetpack: str | None
    reason: str = ''


def read_release(root: Path = Path('/')) -> TegraRelease:
    """Return the content of ``etc/nv_tegra_release``; missing information is never an error."""
    text = read_text(root / 'etc/nv_tegra_release')
    if text is None:
        return TegraRelease(None, None, 'there is no /etc/nv_tegra_release')
    found = _RELEASE.search(text.partition('\n')[0])
    if found is None:
        return TegraRelease(None, None, '/etc/nv_tegra_release has no release in its first line')
    l4t = f'{found[1]}.{found[2]}'
    jetpack = _jetpack(l4t)
    reason = '' if jetpack else f'L4T {l4t} is not in the list of known releases'
    return TegraRelease(l4t, jetpack, reason)


def _jetpack(l4t: str) -> str | None:
    """
    Return the JetPack of a release: its own, that of its prefix, or that of both its neighbours.

    A release between two of one JetPack is another update of it; a release newer than all known
    ones, or between two JetPacks, is not guessed.
    """
    numbers = [int(part) for part in l4t.split('.')]
    release = (numbers[0], numbers[1], numbers[2] if len(numbers) > 2 else 0)
    if len(numbers) > 3:
        return None
    if release in _RELEASES:
        return _RELEASES[release]
    if release[:2] in _LINES:
        return _LINES[release[:2]]
    same_line = [known for known in sorted(_RELEASES) if known[:2] == release[:2]]
    before = [_RELEASES[known] for known in same_line if known < release]
    after = [_RELEASES[known] for known in same_line if known > release]
    return before[-1] if before and after and before[-1] == after[0] else None
