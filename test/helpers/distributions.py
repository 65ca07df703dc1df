# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Packages as pip leaves them: modules beside a folder of metadata."""

from __future__ import annotations

import sys
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from pathlib import Path

import pytest

#: what a policy of one's own needs, and no more
POLICY = '''
from edge_sched_ros.core.policy import Policy
from edge_sched_ros.core.policy import PolicyParameter
from edge_sched_ros.policies.turns import run_in_turn


class Mine(Policy):
    """Runs the longest waiting job first, later by a bonus for each priority."""

    name = 'mine'
    parameters = (
        PolicyParameter('bonus_ms', 5.0, 0.0, 100.0, 'Waiting time a priority is worth'),
        PolicyParameter('strict', False, 0, 1, 'Whether priorities come before waiting times'),
        PolicyParameter('most', 3, 1, 9, 'Not more than so many'),
    )

    def __init__(self, *, bonus_ms, strict, most):
        self.values = (bonus_ms, strict, most)

    def decide(self, view):
        return run_in_turn(view, lambda job: (-job.priority, job.release_ns, job.id))
'''


def install(
    folder: Path,
    name: str,
    entry_points: Mapping[str, Mapping[str, str]] | str,
    modules: Mapping[str, str] = {},
    *,
    version: str = '1.0',
) -> None:
    """
    Write a package that is found once its folder is on the path.

    :param entry_points: group, without what all begin with -> name -> reference; or the whole file
    :param modules: name -> source
    """
    folder.mkdir(parents=True, exist_ok=True)
    for module, source in modules.items():
        (folder / f'{module}.py').write_text(source, encoding='utf-8')
    if not isinstance(entry_points, str):
        entry_points = '\n'.join(
            f'[edge_sched_ros.{group}]\n' + ''.join(f'{n} = {r}\n' for n, r in own.items())
            for group, own in entry_points.items()
        )
    metadata = folder / f'{name.replace("-", "_")}-{version}.dist-info'
    metadata.mkdir()
    (metadata / 'entry_points.txt').write_text(entry_points, encoding='utf-8')
    (metadata / 'METADATA').write_text(
        f'Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n', encoding='utf-8'
    )


def installing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Path]]:
    """
    Yield a function that installs a package for a test; its modules are forgotten afterwards.

    For a fixture. It takes what :func:`install` takes, and gives each package its own folder.
    """
    before = set(sys.modules)

    def installed(name: str, entry_points, modules=(), *, version: str = '1.0') -> Path:
        folder = tmp_path / f'{name}-{version}'
        install(folder, name, entry_points, dict(modules), version=version)
        monkeypatch.syspath_prepend(str(folder))
        return folder

    yield installed
    for name in set(sys.modules) - before:
        if str(getattr(sys.modules[name], '__file__', None)).startswith(str(tmp_path)):
            del sys.modules[name]
