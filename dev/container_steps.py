# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Run the steps of a Dockerfile in a chroot of Debian, as far as registries reach, and time them.

Usage: ``python3 dev/container_steps.py FOLDER [DOCKERFILE]`` as root, with debootstrap; 3 GB. The
base image is stood in for by Debian 12 with ROS 2 Jazzy from wheels (``dev/setup.sh``) in
``/opt/ros/jazzy``. What asks for servers of ROS is left out, and said. A certificate that pip
needs here (``PIP_CERT``) is there inside, too.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import time
from pathlib import Path

from distributions import copy_checkout

ROOT = Path(__file__).resolve().parents[1]
DISTRO = 'jazzy'
TIMEOUT_S = 3600
#: what a part of a step needs that no registry has -> why it is left out
ELSEWHERE = {
    r'\brosdep (init|update|install)\b': 'rosdep asks servers of ROS',
    r'raw\.githubusercontent\.com|packages\.ros\.org': 'a server of ROS',
    r'pycuda': 'pycuda is compiled with the CUDA toolkit of the base image',
}
_ROS_PACKAGE = re.compile(r'"?ros-\$\{ROS_DISTRO\}-[\w-]+"?')
_ROS_TOOLS = re.compile(r'python3-(colcon-common-extensions|rosdep)\b')
_STAND_IN = """\
apt-get update -qq
apt-get install -y -qq --no-install-recommends \\
  build-essential cmake python3-dev python3-venv > /dev/null
cd /opt/stand_in && dev/setup.sh jazzy > /dev/null
# the package is to come from the steps
rm -rf build/jazzy/install/edge_sched_ros
mkdir -p /opt/ros/jazzy
cat > /opt/ros/jazzy/setup.bash <<'SETUP'
export VIRTUAL_ENV=/opt/stand_in/.venv
export PATH="$VIRTUAL_ENV/bin:$PATH" COLCON_PYTHON_EXECUTABLE="$VIRTUAL_ENV/bin/python"
export AMENT_PREFIX_PATH="$VIRTUAL_ENV" CMAKE_PREFIX_PATH="$VIRTUAL_ENV"
source /opt/stand_in/build/jazzy/install/local_setup.bash
SETUP
touch /opt/.stand_in
"""


def instructions(file: Path) -> list[tuple[str, str]]:
    """Return the instructions of a Dockerfile, their lines joined."""
    lines = [line for line in file.read_text().splitlines() if not line.startswith('#')]
    text = '\n'.join(lines).replace('\\\n', ' ')
    found = (line.partition(' ') for line in text.splitlines() if line.strip())
    return [(word, rest.strip()) for word, _, rest in found]


def reachable(step: str) -> tuple[list[str], list[str]]:
    """Return the parts of a RUN step that registries are enough for, and what was left out."""
    kept, left = [], []
    for part in re.split(r'\s+&&\s+', step):
        why = next((why for sign, why in ELSEWHERE.items() if re.search(sign, part)), '')
        if why:
            left.append(f'{short(part)}: {why}')
            continue
        for sign in (_ROS_PACKAGE, _ROS_TOOLS):
            left += [f'{name.group()}: a package of ROS' for name in sign.finditer(part)]
            part = sign.sub('', part)
        kept.append(part)
    return kept, left


def short(text: str) -> str:
    """Return a text on one line of the report."""
    return ' '.join(text.split())[:90]


def inside(system: Path, script: str, env: dict[str, str], *, user: str = '') -> int:
    """Run a script of bash in the chroot, and return its exit code."""
    words = [f'{key}={value}' for key, value in env.items()]
    as_user = [f'--userspec={user}'] if user else []
    command = [
        'chroot',
        *as_user,
        str(system),
        '/usr/bin/env',
        '-i',
        *words,
        'bash',
        '-ec',
        script,
    ]
    mounted = (
        f'mount -t proc proc {shlex.quote(str(system / "proc"))} && exec {shlex.join(command)}'
    )
    return subprocess.run(
        ['unshare', '--mount', '--pid', '--fork', 'bash', '-c', mounted],
        timeout=TIMEOUT_S,
        check=False,
    ).returncode


def timed(what: str, system: Path, script: str, env: dict[str, str], *, user: str = '') -> float:
    """Run a script, print its time, and end here where it fails."""
    began = time.monotonic()
    code = inside(system, script, env, user=user)
    took = time.monotonic() - began
    print(f'{"ran" if code == 0 else "FAILED"} in {took:.1f} s: {short(what)}', flush=True)
    if code:
        sys.exit(1)
    return took


def prepare(system: Path, env: dict[str, str]) -> None:
    """Make the chroot that stands in for the base image."""
    if not (system / '.whole').exists():
        mirror = os.environ.get('MIRROR', 'http://deb.debian.org/debian')
        packages = '--include=ca-certificates,python3'
        command = ['debootstrap', '--variant=minbase', packages, 'bookworm', str(system), mirror]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, timeout=TIMEOUT_S)
        (system / '.whole').touch()
    if certificate := os.environ.get('PIP_CERT'):
        shutil.copy(certificate, system / 'etc/pip-cert.pem')
        env['PIP_CERT'] = '/etc/pip-cert.pem'
    if not (system / 'opt/.stand_in').exists():
        copy_checkout(system / 'opt/stand_in')
        timed('the stand-in of the base image', system, _STAND_IN, env)


def main() -> int:
    """Run every step, then the container's command as its user."""
    if len(sys.argv) not in (2, 3):
        print(f'usage: {sys.argv[0]} FOLDER [DOCKERFILE]', file=sys.stderr)
        return 2
    system = Path(sys.argv[1]).resolve() / 'root'
    default = ROOT / 'config/containers/ros.Dockerfile'
    file = Path(sys.argv[2]).resolve() if len(sys.argv) == 3 else default
    system.parent.mkdir(parents=True, exist_ok=True)
    env = {'PATH': '/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root', 'LANG': 'C.UTF-8'}
    env |= {'DEBIAN_FRONTEND': 'noninteractive', 'ROS_DISTRO': DISTRO}
    prepare(system, env)
    folder, user, total, left = '/', '', 0.0, []
    command: list[str] = []
    for word, rest in instructions(file):
        if word == 'ENV':
            env |= dict(pair.split('=', 1) for pair in shlex.split(rest))
            env['ROS_DISTRO'] = DISTRO
        elif word == 'WORKDIR':
            folder = rest
            (system / folder.lstrip('/')).mkdir(parents=True, exist_ok=True)
        elif word == 'COPY':
            copy_checkout(system / folder.lstrip('/') / rest.split()[-1])
        elif word == 'USER':
            user = rest
        elif word in ('ENTRYPOINT', 'CMD'):
            command += [str(one) for one in json.loads(rest)]
        elif word == 'RUN':
            parts, without = reachable(rest)
            left += without
            if parts:
                script = f'set -o pipefail; cd {folder}; {" && ".join(parts)}'
                total += timed(rest, system, script, env)
    script = f'cd {folder}; exec {shlex.join(command)}'
    total += timed(
        f'{shlex.join(command)} as {user}',
        system,
        script,
        {**env, 'HOME': '/home/robot'},
        user=user,
    )
    for one in left:
        print(f'left out: {one}')
    print(f'first answer after {total:.0f} s (load {os.getloadavg()[0]:.0f} at the end)')
    return 0


if __name__ == '__main__':
    sys.exit(main())
