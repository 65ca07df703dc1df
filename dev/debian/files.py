# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The files of a ``debian`` folder."""

from __future__ import annotations

import time
from email.utils import formatdate
from pathlib import Path
from textwrap import fill

from dev.debian.needs import Package
from dev.debian.needs import read_package

#: source and binary package
NAME = 'edge-sched'
_BUILD_NEEDS = (
    'debhelper-compat (= 13)',
    'dh-sequence-python3',
    'pybuild-plugin-pyproject',
    'pybind11-dev',
    'python3-all-dev',
    'python3-pybind11',
    'python3-setuptools',
)

_CONTROL = """\
Source: {name}
Section: science
Priority: optional
Maintainer: {maintainer}
Build-Depends: {build_needs}
Standards-Version: 4.7.2
Rules-Requires-Root: no

Package: {name}
Architecture: any
Depends: {needs}
Description: {synopsis}
{body}
 .
 This is the part without ROS: the simulator, the planners, queueing models,
 the profiler and replays of bags. The nodes are in the package of ROS.
"""

_CHANGELOG = """\
{name} ({version}-1) unstable; urgency=medium

  * Built from the checkout; CHANGELOG.rst tells what is in it.

 -- {maintainer}  {date}
"""

_COPYRIGHT = """\
Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/

Files: *
Copyright: 2026 The edge_sched_ros authors
License: Apache-2.0
 On Debian systems, the text is in /usr/share/common-licenses/Apache-2.0.
"""

# the tests need more packages than the build, and half of them need ROS
_RULES = """\
#!/usr/bin/make -f
export PYBUILD_NAME = edge-sched
export PYBUILD_DISABLE = test

%:
\tdh $@ --buildsystem=pybuild
"""


def control(package: Package) -> str:
    """Return ``debian/control``."""
    indent = ',\n '
    return _CONTROL.format(
        name=NAME,
        maintainer=package.maintainer,
        build_needs=indent.join(['', *_BUILD_NEEDS])[1:],
        needs=indent.join(
            ['', '${misc:Depends}', '${python3:Depends}', '${shlibs:Depends}', *package.needs]
        )[1:],
        synopsis='deadline scheduling of neural networks on one robot computer',
        body=fill(package.description, 79, initial_indent=' ', subsequent_indent=' '),
    )


def write_debian(package_file: Path, folder: Path) -> tuple[str, ...]:
    """
    Write a ``debian`` folder.

    :return: the keys of ``package.xml`` that no package stands for
    """
    package = read_package(package_file)
    (folder / 'source').mkdir(parents=True)
    (folder / 'source/format').write_text('3.0 (quilt)\n')
    (folder / 'control').write_text(control(package))
    (folder / 'copyright').write_text(_COPYRIGHT)
    (folder / 'rules').write_text(_RULES)
    (folder / 'rules').chmod(0o755)
    (folder / 'changelog').write_text(
        _CHANGELOG.format(
            name=NAME,
            version=package.version,
            maintainer=package.maintainer,
            date=formatdate(time.time()),
        )
    )
    return package.left_out
