# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""What the documents say of profiles is so."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from edge_sched_ros.cli.commands.profile import COMMAND
from edge_sched_ros.profiling.profile_file import parse_profile
from edge_sched_ros.profiling.schema_docs import markdown
from edge_sched_ros.profiling.schema_docs import MODELS

DOCS = Path(__file__).resolve().parents[2] / 'docs'


@pytest.fixture(scope='module')
def text():
    return (DOCS / 'profiling.md').read_text(encoding='utf-8')


def test_the_tables_are_those_of_the_code():
    written = (DOCS / 'profiling_schema.md').read_text(encoding='utf-8')
    command = 'python -m edge_sched_ros.profiling.schema_docs > docs/profiling_schema.md'
    assert written == markdown() + '\n', command


def test_every_key_has_a_meaning():
    for model in MODELS:
        for name, field in model.model_fields.items():
            assert field.description, f'{model.__name__}.{name} needs a description'


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
        if 'machine' in data:
            parse_profile(data, 'docs/profiling.md')
            return
    raise AssertionError('there is no example')
