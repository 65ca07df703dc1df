# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Ready-made views show what a node with ``config/demo.yaml`` publishes: topics and fields."""

from __future__ import annotations

import ast
import json
import re
import xml.etree.ElementTree as ET

import pytest
import yaml
from rosbags.interfaces import Nodetype

from edge_sched_ros.bags.typestore import typestore
from edge_sched_ros.pipeline.inputs.topics import DEBUG_TOPICS
from edge_sched_ros.pipeline.inputs.topics import JOB_TIMING
from edge_sched_ros.pipeline.security.names import ResolvedNames
from edge_sched_ros.pipeline.security.rights import rights_of_scheduler
from edge_sched_ros.pipeline.settings.parameter_file import read_parameters
from edge_sched_ros.pipeline.settings.resources import share_of

_TYPES = {
    '/scheduler/status': 'edge_sched_ros/msg/SchedulerStatus',
    '/scheduler/timing': JOB_TIMING,
}
_NUMBERS = {'float32', 'float64', 'uint8', 'uint32', 'uint64', 'int32', 'int64', 'bool'}


def _file(name):
    return share_of() / 'config' / 'views' / name


@pytest.fixture(scope='module')
def published():
    """Return the topics that a node with the demo's parameters may publish."""
    file = share_of() / 'config' / 'demo.yaml'
    values = read_parameters(file, 'scheduler')
    return rights_of_scheduler(values, ResolvedNames('scheduler'), beside=file.parent).publish


def _check_field(topic, path):
    """Check that a path such as ``tasks[0].on_time_hz`` leads to a number in a topic's type."""
    kind, parts = _TYPES[topic], path.split('.')
    for at, part in enumerate(parts):
        name, index = re.fullmatch(r'(\w+)(\[\d+\])?', part).groups()
        fields = dict(typestore().fielddefs[kind][1])
        assert name in fields, f'{kind} has no field {name}'
        node, detail = fields[name]
        assert (node == Nodetype.SEQUENCE) == bool(index), path
        if node == Nodetype.SEQUENCE:
            (node, detail), _ = detail
        if at < len(parts) - 1:
            assert node == Nodetype.NAME, path
            kind = detail
        else:
            assert node == Nodetype.BASE and detail[0] in _NUMBERS, path


def _mosaic(node):
    """Return the panels of a layout, in any order."""
    if isinstance(node, str):
        return {node}
    assert node['direction'] in ('row', 'column')
    return _mosaic(node['first']) | _mosaic(node['second'])


def test_the_layout_for_foxglove_and_lichtblick(published):
    layout = json.loads(_file('foxglove.json').read_text())
    assert _mosaic(layout['layout']) == set(layout['configById'])
    plotted = 0
    for name, panel in layout['configById'].items():
        kind = name.partition('!')[0]
        if kind == 'Image':
            assert panel['imageMode']['imageTopic'] in published
        elif kind == 'Plot':
            for line in panel['paths']:
                topic, _, path = line['value'].partition('.')
                assert topic in published
                _check_field(topic, path)
                plotted += 1
        else:
            topic = panel.get('topicToRender') or panel['topicPath']
            assert topic in published
    assert plotted >= 10


def test_the_configuration_of_rviz(published):
    displays = yaml.safe_load(_file('edge_sched.rviz').read_text())['Visualization Manager'][
        'Displays'
    ]
    assert [one['Topic']['Value'] for one in displays] == [
        '/detector/debug_image',
        '/tracker/debug_image',
        '/depth/debug_image',
    ]
    assert {one['Topic']['Value'] for one in displays} <= published
    assert {one['Class'] for one in displays} == {'rviz_default_plugins/Image'}


def test_the_perspective_of_rqt(published):
    groups = json.loads(_file('edge_sched.perspective').read_text())['groups']
    manager = groups['pluginmanager']
    running = ast.literal_eval(manager['keys']['running-plugins']['repr'])
    wanted = {
        f'plugin__{name.replace("/", "__")}__{number}'
        for name, numbers in running.items()
        for number in numbers
    }
    assert wanted == set(manager['groups'])
    topics = [
        ast.literal_eval(plugin['groups']['plugin']['keys']['topic']['repr'])
        for name, plugin in manager['groups'].items()
        if 'ImageView' in name
    ]
    assert len(topics) == 3 and set(topics) <= published


def test_the_layout_of_plotjuggler(published):
    curves = [one.get('name') for one in ET.parse(_file('plotjuggler.xml')).iter('curve')]
    assert len(curves) >= 10
    for curve in curves:
        topic = next(one for one in _TYPES if curve.startswith(f'{one}/'))
        assert topic in published
        _check_field(topic, curve.removeprefix(f'{topic}/').replace('/', '.'))


def test_debug_pictures_are_among_what_may_be_published(published):
    assert {f'/depth/{name}' for name in DEBUG_TOPICS} <= published
