# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The programs of a control plane, and which flags and kinds their version knows."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

#: what the tests start or call
NAMES = ('etcd', 'kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kubectl')
#: variable that names a folder with the programs of another control plane
VARIABLE = 'KUBE_BIN'


@dataclass(frozen=True)
class Programs:
    """
    Programs of one version.

    :param minor: of Kubernetes 1
    """

    folder: Path
    minor: int

    def path(self, name: str) -> str:
        """Return the path of a program: in the folder, or as the shell finds it."""
        found = shutil.which(name, path=self.folder) or shutil.which(name)
        assert found is not None, f'{name} is neither in {self.folder} nor in PATH'
        return found

    @property
    def scheduler_config(self) -> str:
        """The version of KubeSchedulerConfiguration that docs/kubernetes.md names for it."""
        starts = {'v1': 25, 'v1beta3': 23, 'v1beta2': 22, 'v1beta1': 19}
        return next(version for version, first in starts.items() if self.minor >= first)

    @property
    def has_insecure_ports(self) -> bool:
        """Whether servers listen without TLS unless they are told not to."""
        return self.minor < 23

    @property
    def has_budgets_v1(self) -> bool:
        """Whether policy/v1 is served."""
        return self.minor >= 21

    @property
    def asks_before_evictions(self) -> bool:
        """
        Whether its scheduler asks extenders before it evicts.

        That of 1.20 and 1.21 does not, before their patches of August 2021 (kubernetes#102971).
        """
        return self.minor >= 22

    @property
    def has_admission_policies(self) -> bool:
        """Whether ValidatingAdmissionPolicy v1 is served, and tokens of pods name their node."""
        return self.minor >= 30

    @property
    def has_slices(self) -> bool:
        """Whether resource.k8s.io/v1 is served."""
        return self.minor >= 34


def why_not(root: Path) -> str:
    """Return why there is no control plane; empty where there is one."""
    folder = _folder(root)
    if os.environ.get(VARIABLE):
        own = NAMES[1:4]
        missing = [name for name in own if shutil.which(name, path=folder) is None]
        return f'{VARIABLE}={folder}: {", ".join(missing)} missing' if missing else ''
    unavailable = folder.parent / 'unavailable'
    if unavailable.exists():
        return f'no control plane: {unavailable.read_text().strip()}'
    return '' if (folder.parent / '.stamp').exists() else 'no control plane: make test-kubernetes'


def find_programs(root: Path) -> Programs:
    """Return the programs of ``KUBE_BIN``, else those that dev/kubernetes/setup.sh made."""
    folder = _folder(root)
    command = [str(folder / 'kube-apiserver'), '--version']
    said = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60).stdout
    found = re.search(r'v1\.(\d+)', said)
    assert found, f'{command[0]} says no version: {said!r}'
    return Programs(folder, int(found[1]))


def _folder(root: Path) -> Path:
    given = os.environ.get(VARIABLE)
    if given:
        return Path(given).resolve()
    named = os.environ.get('EDGE_SCHED_KUBERNETES')
    return (Path(named) if named else root / '.cache' / 'kubernetes') / 'bin'
