# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Parameter files: what is read without ROS is what rcl reads."""

from __future__ import annotations

import pytest

pytest.importorskip('rclpy', reason='ROS 2 is not here')

import rclpy
from hypothesis import example
from hypothesis import given
from hypothesis import settings
from hypothesis import strategies as st

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters

pytestmark = pytest.mark.ros

_NUMBERS = st.from_regex(
    r'[-+]?(0[xX])?[0-9a-fA-F_:]{0,6}\.?[0-9]{0,4}([eEpP][-+]?[0-9]{1,4})?', fullmatch=True
)
_TEXTS = st.text('0123456789.+-eExXpPnNaAiIfFyYtTuU_', min_size=1, max_size=8)
_PLAIN = st.one_of(_NUMBERS, _TEXTS, st.integers().map(str), st.floats().map(repr)).filter(
    # what YAML takes for a part of its own language without quotes
    lambda text: text.strip('-.:') and not text.endswith(':')
)
ODD = (
    'Y y yes Yes YES true True TRUE on On ON N n no No NO false False FALSE off Off OFF yEs tRue '
    '1e2 5e1 1_00 1:40 010 0x10 0X1f 08 0o17 0b11 -0x10 +5 + ~ null Null .5 5. 1.e3 .nan .NaN '
    '.inf -.inf +.INF -.nan nan NaN NAN inf Inf -infinity +nan nan(5) 0x1p3 0x.8 0x 0x1.8P1 1e999 '
    '1e-999 5e-324 2.2250738585072014e-308 2.2250738585072011e-308 9223372036854775807 '
    '9223372036854775808 -9223372036854775808 -9223372036854775809 0x7fffffffffffffff '
    '0xffffffffffffffff 07777777777777777777777 0.0 -0 -0.0 00 0e5 0x0p-9999 1E+2 2026-01-01 '
    '0x8000000000000000 1e 1e+ e5 .e5 . .. 1.2.3 0x1g = <<'
).split()


def _by_rcl(file):
    context = rclpy.Context()
    rclpy.init(args=['--ros-args', '--params-file', str(file)], context=context)
    try:
        node = rclpy.node.Node(
            'scheduler',
            context=context,
            enable_rosout=False,
            start_parameter_services=False,
            automatically_declare_parameters_from_overrides=True,
        )
        found = {
            name: _plain(parameter.value) for name, parameter in node._parameter_overrides.items()
        }
        node.destroy_node()
        return found
    finally:
        rclpy.try_shutdown(context=context)


def _plain(value):
    return list(value) if isinstance(value, (tuple, list)) or hasattr(value, 'typecode') else value


@settings(max_examples=25, deadline=None)
@example(ODD)
@given(st.lists(_PLAIN, min_size=1, max_size=60))
def test_scalars_have_the_type_and_value_that_rcl_gives_them(tmp_path_factory, texts):
    file = tmp_path_factory.mktemp('parameters') / 'p.yaml'
    rows = ''.join(f'    p{i}: {text}\n' for i, text in enumerate(texts))
    file.write_text(f'scheduler:\n  ros__parameters:\n{rows}')
    ours, theirs = read_parameters(file), _by_rcl(file)
    for i, text in enumerate(texts):
        mine, real = ours[f'p{i}'], theirs[f'p{i}']
        assert (type(mine), repr(mine)) == (type(real), repr(real)), text


def test_lists_quotes_blocks_and_groups_are_those_of_rcl(tmp_path):
    file = tmp_path / 'p.yaml'
    file.write_text(
        '/**:\n  ros__parameters:\n    a: [1, 2]\n    b: [on, off]\n    c: [1e2, .5]\n'
        '    d: [x, y1]\n    e: \'5\'\n    f: "on"\n    g: |-\n      5\n    h: |\n      5\n'
        '    i: !!str 5\n    q: !!int x\n    r: !!float 5\n    j: &anchor 7\n'
        '    k: {l: {m: 1e1}}\n    n.o: 5\n    010: 1\n'
    )
    ours = read_parameters(file)
    assert ours == _by_rcl(file)
    assert ours['g'] == 5 and ours['i'] == '5' and ours['h'] == '5\n' and ours['k.l.m'] == 10.0


@pytest.mark.parametrize(
    ('text', 'message'),
    [
        ('a: &x 1\n    b: *x', 'p.yaml:4: cannot be read: ROS parameter files know no aliases'),
        ('a:\n    b: 1', 'p.yaml:3: cannot be read: there is no value'),
        ('a: [1, 2.0]', 'p.yaml:3: cannot be read: a list in a ROS parameter file has values of'),
        ('a: [1, x]', 'p.yaml:3: cannot be read: a list in a ROS parameter file has values of'),
        ('a: [', 'p.yaml:'),
    ],
)
def test_what_rcl_refuses_is_refused(tmp_path, text, message):
    file = tmp_path / 'p.yaml'
    file.write_text(f'scheduler:\n  ros__parameters:\n    {text}\n')
    with pytest.raises(ConfigError) as error:
        read_parameters(file)
    assert message in str(error.value) and '\n' not in str(error.value)
    with pytest.raises(Exception, match='parse'):
        _by_rcl(file)
