# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Which Linux for Tegra this is, and which JetPack that belongs to."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from edge_sched_ros.execution.discovery.files import read_text

#: L4T -> JetPack. NVIDIA's JetPack pages and jtop's map with its corrections (jetson_stats PR
#: 803, jetson-containers PR 1741). A map can only know what there was when it was written.
_JETPACK = {
    '32.6': '4.6.x',
    '32.7': '4.6.x',
    '35.1': '5.0.2',
    '35.2': '5.1.x',
    '35.3': '5.1.x',
    '35.4': '5.1.x',
    '35.5': '5.1.x',
    '35.6': '5.1.x',
    '35.2.1': '5.1',
    '35.6.4': '5.1.6',
    '36.3': '6.0',
    '36.4.0': '6.1',
    '36.4.3': '6.2',
    '36.4.4': '6.2.1',
    '36.4.7': '6.2.1',
    '36.5.0': '6.2.2',
    '36.5.2': '6.2.3',
    '38.2': '7.0',
    '38.4': '7.1',
    '39.2': '7.2',
}
_RELEASE = re.compile(r'R(\d+)\b.*?REVISION:\s*(\d+(?:\.\d+)*)')


@dataclass(frozen=True, slots=True)
class TegraRelease:
    """
    Linux for Tegra.

    :param l4t: such as ``36.4.3``; ``None`` when this has none, or it cannot be read
    :param jetpack: ``None`` when it is not known
    :param reason: why something is not known
    """

    l4t: str | None
    jetpack: str | None
    reason: str = ''


def read_release(root: Path = Path('/')) -> TegraRelease:
    """Return what ``etc/nv_tegra_release`` says; what it does not say is never an error."""
    text = read_text(root / 'etc/nv_tegra_release')
    if text is None:
        return TegraRelease(None, None, 'there is no /etc/nv_tegra_release')
    found = _RELEASE.search(text.partition('\n')[0])
    if found is None:
        return TegraRelease(None, None, '/etc/nv_tegra_release has no release in its first line')
    l4t = f'{found[1]}.{found[2]}'
    # the release itself, or the line of releases it belongs to
    jetpack = _JETPACK.get(l4t) or _JETPACK.get('.'.join(l4t.split('.')[:2]))
    reason = '' if jetpack else f'L4T {l4t} is not in the list of known releases'
    return TegraRelease(l4t, jetpack, reason)
