# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Install this package with pip into empty environments, run its commands, and print a table.

Usage: ``python3 dev/try_installs.py DIST FOLDER --python python3.12 --python 'chroot DIR
python3.14' --with 'numpy<2' --with 'numpy>=2'``, where DIST has what ``dev/distributions.py``
built and FOLDER is for the environments. Every interpreter is tried with every ``--with``; it
takes its wheel in DIST, or else builds one from the source distribution. A chroot must see both
folders under the same paths.
"""

from __future__ import annotations

import argparse
import json
import shlex
import shutil
import subprocess
import sys
import time
from dataclasses import dataclass
from dataclasses import field
from pathlib import Path

TIMEOUT_S = 1200
#: command -> arguments; ``{share}`` is the installed data folder
COMMANDS = {
    'doctor': 'doctor --json',
    'simulate': 'simulate --workload robot_drone --platform orin_nx --seconds 0.5',
    'plan': 'plan {share}/config/plans/googlenet_alexnet.yaml',
    'import': 'import {share}/models/demo_detector.onnx --output .',
}
_VERSIONS = (
    'import json, platform\n'
    'from edge_sched_ros.installation.libraries import installed_version as version\n'
    'from edge_sched_ros.core.compiled import why_not as why_not_compiled\n'
    'from edge_sched_ros.native.loading import why_not\n'
    'from edge_sched_ros.pipeline.settings.resources import share_of\n'
    "names = ('numpy', 'cv2', 'onnxruntime', 'scipy')\n"
    "print(json.dumps({'python': platform.python_version(), 'share': str(share_of()),\n"
    "    'native': why_not(), 'compiled': why_not_compiled(),\n"
    '    **{name: version(name) for name in names}}))\n'
)


@dataclass
class Trial:
    """
    One interpreter with one set of requirements.

    :param problem: why it could not be installed; empty when it could
    :param ran: command -> its exit code and last line
    """

    python: str
    wanted: str
    facts: dict[str, str] = field(default_factory=dict)
    install_s: float = 0.0
    first_s: float = 0.0
    problem: str = ''
    ran: dict[str, tuple[int, str]] = field(default_factory=dict)

    @property
    def works(self) -> bool:
        """Whether it could be installed and every command ended well."""
        return not self.problem and all(code == 0 for code, _ in self.ran.values())


def version_in(dist: Path) -> str:
    """Return the version of the source distribution in a folder."""
    names = [path.name for path in dist.glob('edge_sched_ros-*.tar.gz')]
    if len(names) != 1:
        raise SystemExit(f'{dist}: one source distribution is needed, not {len(names)}')
    return names[0].removeprefix('edge_sched_ros-').removesuffix('.tar.gz')


def run(command: list[str], cwd: Path) -> tuple[int, str, str]:
    """Return exit code, output and errors of a command that ends in time."""
    try:
        done = subprocess.run(
            command, cwd=cwd, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return 124, '', f'took longer than {TIMEOUT_S} s'
    except OSError as error:
        return 127, '', str(error)
    return done.returncode, done.stdout, done.stderr


def last_line(text: str) -> str:
    """Return the last line that says something; empty if none does."""
    return next((line for line in reversed(text.splitlines()) if line.strip()), '')


def attempt(dist: Path, folder: Path, python: str, wanted: str) -> Trial:
    """Install into a new environment and run the commands."""
    trial = Trial(python, wanted)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    *prefix, name = shlex.split(python)
    code, _, errors = run([*prefix, name, '-m', 'venv', str(folder / 'venv')], folder)
    if code:
        trial.problem = last_line(errors) or 'no virtual environment'
        return trial
    inside = [*prefix, str(folder / 'venv/bin/python')]
    started = time.monotonic()
    code, _, errors = run(
        [*inside, '-m', 'pip', 'install', '-q', '--prefer-binary', '--find-links', str(dist),
         f'edge_sched_ros[plan]=={version_in(dist)}', *shlex.split(wanted)],
        folder,
    )  # fmt: skip
    trial.install_s = time.monotonic() - started
    if code:
        lines = [line for line in errors.splitlines() if line.startswith('ERROR')]
        trial.problem = lines[-1] if lines else last_line(errors)
        return trial
    code, output, errors = run([*inside, '-c', _VERSIONS], folder)
    if code:
        trial.problem = last_line(errors)
        return trial
    trial.facts = json.loads(output)
    for number, (command, arguments) in enumerate(COMMANDS.items()):
        started = time.monotonic()
        # a chroot starts in its root folder: so `env` changes to the trial's own
        words = arguments.format(share=trial.facts['share']).split()
        code, _, errors = run(
            [*prefix, 'env', '-C', str(folder), str(folder / 'venv/bin/edge-sched'), *words],
            folder,
        )
        if not number:
            trial.first_s = time.monotonic() - started
        trial.ran[command] = (code, last_line(errors))
    return trial


def row(trial: Trial) -> str:
    """Return a trial as a row of the table."""
    facts = trial.facts
    if trial.problem:
        cells = [trial.python, trial.wanted, *[''] * 7, trial.problem]
        return f'| {" | ".join(cells)} |'
    failed = [f'{name}: {text}' for name, (code, text) in trial.ran.items() if code]
    cells = [
        facts['python'],
        trial.wanted or 'nothing',
        *(facts[name] or '' for name in ('numpy', 'cv2', 'onnxruntime')),
        *('yes' if not facts[part] else 'no' for part in ('native', 'compiled')),
        f'{trial.install_s:.0f} s',
        f'{trial.first_s:.1f} s',
        '; '.join(failed) or ', '.join(trial.ran),
    ]
    return f'| {" | ".join(cells)} |'


HEAD = (
    '| Python | asked for | numpy | OpenCV | ONNX Runtime | native | compiled | `pip install` '
    '| `doctor` | commands that ran |\n'
    '| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |'
)


def main() -> int:
    """Try every combination; 1 if one of them does not work."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[1])
    parser.add_argument('dist', type=Path, metavar='DIST', help='folder of the distributions')
    parser.add_argument('folder', type=Path, metavar='FOLDER', help='for the environments')
    parser.add_argument('--python', action='append', default=[], help='may be repeated')
    parser.add_argument('--with', action='append', default=[], dest='wanted', metavar='WANTED',
                        help='requirements of one environment; may be repeated')  # fmt: skip
    options = parser.parse_args()
    dist, folder = options.dist.resolve(), options.folder.resolve() / 'trial'
    version_in(dist)
    print(HEAD, flush=True)
    good = True
    for python in options.python or [sys.executable]:
        for wanted in options.wanted or ['']:
            trial = attempt(dist, folder, python, wanted)
            print(row(trial), flush=True)
            good = good and trial.works
    shutil.rmtree(folder, ignore_errors=True)
    return 0 if good else 1


if __name__ == '__main__':
    sys.exit(main())
