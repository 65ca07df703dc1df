# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Make the environment find what colcon installed, and put the ``edge-sched`` command into it.

Run with the environment's own interpreter and the folder colcon installs to.
"""

from __future__ import annotations

import shutil
import sys
import sysconfig
from pathlib import Path

_HERE = Path(__file__).resolve().parent
_MODULE = 'edge_sched_ros_workspace'
_ENV_SHEBANG = '#!/usr/bin/env python3\n'


def _link_packages(install: Path) -> None:
    """Let every process of the environment's Python use the packages below ``install``."""
    site_packages = Path(sysconfig.get_path('purelib'))
    shutil.copyfile(_HERE / 'venv' / f'{_MODULE}.py', site_packages / f'{_MODULE}.py')
    prefixes = [str(package.parents[1]) for package in sorted(install.glob('*/share/colcon-core'))]
    line = f'import {_MODULE}; {_MODULE}.use({prefixes!r})\n'
    (site_packages / 'edge_sched_ros.pth').write_text(line)


def _link_command() -> None:
    """Write the script, with this interpreter in its first line."""
    source = (_HERE / 'executables' / 'edge-sched').read_text()
    script = Path(sys.prefix, 'bin', 'edge-sched')
    script.write_text(source.replace(_ENV_SHEBANG, f'#!{sys.executable}\n', 1))
    script.chmod(0o755)


def main() -> None:
    """Write all of it."""
    _link_packages(Path(sys.argv[1]).resolve())
    _link_command()


if __name__ == '__main__':
    main()
