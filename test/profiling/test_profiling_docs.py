# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the documents say of profiles is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from edge_sched_ros.cli.commands.profile import COMMAND
from edge_sched_ros.system.parsing import parse_system

DOCS = Path(__file__).resolve().parents[2] / 'docs'


@pytest.fixture(scope='module')
def text():
    return (DOCS / 'profiling.md').read_text(encoding='utf-8')


def test_every_option_is_described(text):
    for option in COMMAND.params:
        assert f'`{max(option.opts, key=len)}' in text or option.name == 'networks', option.name


def test_every_command_has_options_there_are(text):
    commands = re.findall(r'^\$ edge-sched profile (.*)$', text, re.M)
    assert commands
    known = {opt for option in COMMAND.params for opt in option.opts}
    for command in commands:
        used = {word for word in shlex.split(command) if word.startswith('-')}
        assert used <= known, command


def test_the_example_can_be_read(text):
    import yaml

    for block in re.findall(r'^```yaml\n(.*?)^```', text, re.M | re.S):
        data = yaml.safe_load(block)
        if 'measured' in data:
            parse_system(('docs/profiling.md', data))
            return
    raise AssertionError('there is no example')
