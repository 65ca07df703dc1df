# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Print docs/licences.md from the metadata of the installed packages.

Usage: dev/env.sh python dev/licences.py > docs/licences.md
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable
from importlib import metadata
from itertools import chain
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
#: packages whose metadata does not say it, or says it at length -> what their licence file says
_BY_HAND = {
    'apsw': 'Zlib',
    'ciw': 'MIT',
    # Fast DDS and Fast CDR
    'ros-fastcdr': 'Apache-2.0',
    'ros-fastrtps': 'Apache-2.0',
    'empy': 'LGPL-2.1-or-later',
    'perfetto': 'Apache-2.0',
    'matplotlib': 'PSF-based (matplotlib licence)',
}
#: of classifiers and free texts -> SPDX
_NAMES = (
    (r'\bMPL|Mozilla Public', 'MPL-2.0'),
    (r'\bPSF|Python Software Foundation', 'PSF-2.0'),
    (r'Apache', 'Apache-2.0'),
    (r'LGPL|Lesser General', 'LGPL'),
    (r'\bGPL|GNU General', 'GPL'),
    (r'BSD', 'BSD'),
    (r'\bMIT\b', 'MIT'),
    (r'ISC', 'ISC'),
    (r'Unlicense', 'Unlicense'),
)
_INTRODUCTION = """# Licences of dependencies

This package is under the Apache License 2.0 ([LICENSE](../LICENSE)). It contains no code of
others; it uses these packages, in the versions of `constraints/`. The lists are made from the
metadata of the packages, or where that is empty from their licence files:

<!-- not typed here: it writes this page -->
```bash
dev/env.sh python dev/licences.py > docs/licences.md
```

Debian and ROS distributions install the same packages with their own copyright files. TensorRT,
pycuda, cuda-core and VPI are not installed by this package; NVIDIA's licences apply to them.
"""


def declared() -> list[Requirement]:
    """Return the requirements of setup.py, with those of all extras."""
    (call,) = (
        node.value
        for node in ast.parse((ROOT / 'setup.py').read_text()).body
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    )
    given = {one.arg: one.value for one in call.keywords}
    extras: dict[str, list[str]] = ast.literal_eval(given['extras_require'])
    texts = [*ast.literal_eval(given['install_requires']), *chain(*extras.values())]
    return [Requirement(text) for text in texts]


def plain(name: str) -> str:
    """Return a package's name in its normal form."""
    return re.sub(r'[-_.]+', '-', name).lower()


def closure(requirements: Iterable[Requirement]) -> set[str]:
    """Return the installed packages that some need, with what these need, by plain name."""
    found: set[str] = set()
    waiting = list(requirements)
    while waiting:
        requirement = waiting.pop()
        name = plain(requirement.name)
        if name in found or (
            requirement.marker and not requirement.marker.evaluate({'extra': ''})
        ):
            continue
        try:
            needs = metadata.requires(requirement.name) or []
        except metadata.PackageNotFoundError:
            continue
        found.add(name)
        waiting += [Requirement(text) for text in needs]
    return found


def licence(found: metadata.Distribution) -> str:
    """Return the licence of a package; empty when nothing says it."""
    name = plain(found.metadata['Name'])
    if name in _BY_HAND:
        return _BY_HAND[name]
    data = found.metadata
    if expression := data.get('License-Expression'):
        return str(expression)
    classifiers = data.get_all('Classifier') or []
    texts = [one for one in classifiers if one.startswith('License :: ')]
    texts += [str(data.get('License') or '').partition('\n')[0], _of_ros(data['Name'])]
    names = [spdx for text in texts for pattern, spdx in _NAMES if re.search(pattern, text)]
    return ' or '.join(dict.fromkeys(names))


def _of_ros(name: str) -> str:
    """Return what the package.xml of a ROS package says."""
    short = re.sub(r'^ros-(jazzy-|kilted-)?', '', name).replace('-', '_')
    for package in (name, short):
        file = Path(sys.prefix, 'share', package, 'package.xml')
        if file.is_file():
            return ', '.join(re.findall(r'<license[^>]*>([^<]+)<', file.read_text()))
    return ''


def locked(distro: str = 'jazzy') -> dict[str, str]:
    """Return the versions of a lock by plain name."""
    lines = (ROOT / 'constraints' / f'{distro}.lock').read_text().splitlines()
    pins = [line.partition('==') for line in lines if '==' in line and not line.startswith('#')]
    return {plain(name): version for name, _, version in pins}


def installed() -> dict[str, metadata.Distribution]:
    """
    Return the packages of the environment by plain name.

    setuptools, once imported, puts packages of its own behind them on the path.
    """
    found = list(metadata.distributions())
    return {plain(one.metadata['Name']): one for one in reversed(found)}


def page() -> str:
    """Return docs/licences.md."""
    names = locked()
    by_name = installed()
    used = closure(declared())
    rows = {name: licence(by_name[name]) for name in names if name in by_name}
    ros = {name for name in rows if name.startswith('ros-') or _of_ros(name.replace('-', '_'))}
    parts = {
        'What an installed `edge-sched` uses, with all extras': used & set(rows),
        'ROS 2, from wheels (on a robot: from its distribution)': ros - used,
        'What only tests and development use': set(rows) - ros - used,
    }
    text = [_INTRODUCTION]
    for title, members in parts.items():
        text.append(f'## {title}\n')
        text.append('| package | licence |\n| --- | --- |')
        text += [f'| {name} | {rows[name] or "not said"} |' for name in sorted(members)]
        text.append('')
    return '\n'.join(text).rstrip() + '\n'


if __name__ == '__main__':
    sys.stdout.write(page())
