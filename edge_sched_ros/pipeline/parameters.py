# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Every parameter, once: declaration, check and documentation all come from this table.

``python -m edge_sched_ros.pipeline.parameters`` prints it as Markdown.
"""

from __future__ import annotations

import difflib
import math
from array import array
from collections.abc import Iterable
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from typing import Literal

from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.names import is_blank
from edge_sched_ros.policies.registry import policy_classes
from edge_sched_ros.policies.registry import policy_names
from edge_sched_ros.policies.registry import policy_parameters

Kind = Literal['double', 'integer', 'bool', 'string', 'string_array']

#: prefix of a policy's own parameters
POLICY_PREFIX = 'policy_params.'
#: the value of an option that means: as the network's YAML says
UNSET = -1.0


@dataclass(frozen=True, slots=True)
class ParameterSpec:
    """
    One parameter.

    :param dynamic: whether it may change while the node is active
    :param option: whether it goes to the task's network or program; ``-1`` leaves it to them
    :param least: of an option that is given
    :param choices: allowed texts; empty for any
    """

    name: str
    kind: Kind
    default: Any
    description: str
    minimum: float | None = None
    maximum: float | None = None
    dynamic: bool = False
    option: bool = False
    choices: tuple[str, ...] = ()
    least: float = 0.0

    def check(self, value: Any, *, name: str = '') -> Any:
        """
        Return the value in its type.

        :param name: of the parameter with its task, for messages
        :raises ConfigError: when it is of another type or out of range
        """
        where = name or self.name
        value = self._typed(self.unquoted(value), where)
        if self.choices and value not in self.choices:
            close = difflib.get_close_matches(value, self.choices, n=1)
            hint = f"; did you mean '{close[0]}'?" if close else ''
            known = ', '.join(self.choices)
            raise ConfigError(where, f"unknown {self.name} '{value}'{hint} (known: {known})")
        if self.kind in ('double', 'integer') and not self._in_range(value):
            raise ConfigError(where, f'must be {self.range_text()}, not {value}')
        self._check_named(value, where)
        return value

    def _check_named(self, value: Any, where: str) -> None:
        """Refuse texts that name nothing; an empty one may be the default, and mean none."""
        texts = value if isinstance(value, list) else [value]
        for text in texts:
            if isinstance(text, str) and is_blank(text) and text != self.default:
                raise ConfigError(where, f'{text!r} cannot be a name')

    def unquoted(self, value: Any) -> Any:
        """Return ``off`` for what YAML makes of it without quotes, where that is a choice."""
        return 'off' if value is False and 'off' in self.choices else value

    def range_text(self) -> str:
        """Return the range in words."""
        if self.option:
            least, most = f'{self.least:g}', f'{self.maximum:g}'
            return f'from {least} to {most}, or -1 for what the network or program says'
        if self.maximum is None:
            return f'at least {self.minimum}'
        return f'from {self.minimum} to {self.maximum}'

    def _in_range(self, value: float) -> bool:
        if not math.isfinite(value) or (self.option and UNSET < value < self.least):
            return False
        above = self.minimum is None or value >= self.minimum
        return above and (self.maximum is None or value <= self.maximum)

    def _typed(self, value: Any, where: str) -> Any:
        if value is None and self.kind == 'string_array':
            return []  # how ROS gives an empty list, which has no element type
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        if self.kind == 'double' and number:
            return float(value)
        if self.kind == 'integer' and number and float(value).is_integer():
            return int(value)
        if self.kind == 'bool' and isinstance(value, bool):
            return value
        if self.kind == 'string' and isinstance(value, str):
            return value
        if self.kind == 'string_array' and not isinstance(value, str):
            texts = list(value) if isinstance(value, Iterable) else [None]
            if all(isinstance(text, str) for text in texts):
                return texts
        words = {
            'double': 'a number',
            'integer': 'a whole number',
            'bool': 'true or false',
            'string': 'text',
            'string_array': 'a list of texts',
        }
        # ROS gives a list of numbers as an array
        given = list(value) if isinstance(value, array) else value
        quotes = ''
        if self.kind == 'string' and isinstance(value, bool):
            quotes = ': YAML reads on, off, yes and no as true or false, so put it in quotes'
        raise ConfigError(where, f'must be {words[self.kind]}, not {given!r}{quotes}')


def _option(name: str, maximum: float, description: str, *, least: float = 0.0) -> ParameterSpec:
    return ParameterSpec(
        name,
        'double',
        UNSET,
        f'{description}; -1 for what the network or program says',
        minimum=UNSET,
        maximum=maximum,
        dynamic=True,
        option=True,
        least=least,
    )


#: defaults of policies that differ from the simulator's, where nothing is published and no stage
#: waits for the interpreter
_ON_A_ROBOT = {'margin_ms': 2.0}


def _policy_parameters() -> tuple[ParameterSpec, ...]:
    found: dict[str, ParameterSpec] = {}
    for name in policy_classes():
        for spec in policy_parameters(f'{name}+drop'):
            found[spec.name] = ParameterSpec(
                POLICY_PREFIX + spec.name,
                'double',
                _ON_A_ROBOT.get(spec.name, spec.default),
                spec.description,
                minimum=spec.minimum,
                maximum=spec.maximum,
                dynamic=True,
            )
    return tuple(found.values())


SCHEDULER_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec('tasks', 'string_array', [], 'Names of the tasks to run'),
    ParameterSpec(
        'policy',
        'string',
        'edf+drop',
        'What decides which stage runs where and what '
        'is dropped; +drop forms give up early what cannot make its deadline',
        dynamic=True,
        choices=policy_names(),
    ),
    *_policy_parameters(),
    ParameterSpec(
        'units',
        'string_array',
        [],
        'Units to use, by name (cpu0) or kind (cpu); empty for all this machine has. The work of '
        'those it does not have goes to those it has, and diagnostics warn. Stages before and '
        'after a network that none of them can run are run by CPU cores',
    ),
    ParameterSpec(
        'require_units',
        'bool',
        False,
        'Refuse to be configured when a unit that is named here or by a task cannot be used',
    ),
    ParameterSpec(
        'engine',
        'string',
        'auto',
        'Inference engine, and with it the units it serves, or auto for one on every unit: '
        'tensorrt on GPU and DLA, onnxruntime on CPU',
    ),
    ParameterSpec(
        'preprocessor',
        'string',
        'auto',
        'Preprocessor, and with it the units it serves, or auto for one on every unit: vpi on '
        'GPU, VIC, PVA and OFA, opencv on CPU; what the named one cannot do is left to the others',
    ),
    ParameterSpec(
        'profiles',
        'string',
        '',
        'Profile file of edge-sched profile with costs that are known from the start, named as a '
        'network is; empty for none. Diagnostics warn when it is of another machine, other '
        'versions or another power mode',
    ),
    ParameterSpec(
        'profile_at_configure_s',
        'double',
        0.0,
        'Time to measure, while being configured, what no profile says, in seconds; 0 for not at '
        'all: it is learned from the first runs',
        minimum=0.0,
        maximum=3600.0,
    ),
    ParameterSpec(
        'watchdog_factor',
        'double',
        20.0,
        'A unit counts as hung after this many times the worst run of its stage',
        minimum=2.0,
    ),
    ParameterSpec(
        'watchdog_floor_ms',
        'double',
        2000.0,
        'A unit never counts as hung before this, in milliseconds',
        minimum=1.0,
    ),
    ParameterSpec(
        'error_after_ms',
        'double',
        2000.0,
        'Diagnostics say ERROR when a task had no on-time result for so long, in milliseconds',
        minimum=1.0,
        dynamic=True,
    ),
    ParameterSpec(
        'silent_after_ms',
        'double',
        1000.0,
        'Diagnostics say ERROR when a topic was silent for so long, in milliseconds',
        minimum=1.0,
        dynamic=True,
    ),
    ParameterSpec(
        'admission',
        'string',
        'warn',
        'What becomes of a change (a task enabled, a rate raised, a deadline lowered, a priority '
        'or variant changed) after which a task would miss its deadline by the queueing model: '
        'off does not ask, warn says so, refuse refuses the change, degrade first tries lighter '
        'variants, the least urgent task first, and refuses where they do not help. What is not '
        'known yet is never refused',
        dynamic=True,
        choices=('off', 'warn', 'refuse', 'degrade'),
    ),
    ParameterSpec(
        'status_period_s',
        'double',
        1.0,
        'Time between status messages and diagnostics, in seconds',
        minimum=0.05,
        maximum=60.0,
    ),
    ParameterSpec(
        'bond_heartbeat_period',
        'double',
        0.0,
        "Time between heartbeats to nav2's lifecycle manager while active, in seconds, e.g. 0.25; "
        '0: no bond',
        minimum=0.0,
        maximum=60.0,
    ),
    ParameterSpec(
        'publish_timing',
        'bool',
        True,
        'Publish a JobTiming message for every job while somebody listens',
        dynamic=True,
    ),
    ParameterSpec(
        'summary_file',
        'string',
        '',
        'Where to write the account of the run as JSON when deactivated; empty for nowhere',
    ),
    ParameterSpec(
        'autostart',
        'bool',
        True,
        'Configure and activate without being told to by a lifecycle manager',
    ),
)

TASK_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        'network',
        'string',
        '',
        'YAML file of the network: absolute, '
        'package://PACKAGE/PATH, or relative to the parameter file (CLI), the working '
        'folder, or the models of this package',
    ),
    ParameterSpec(
        'program',
        'string',
        '',
        'Own code instead of a network, package.module:Class, for other topic types; or one that '
        'comes with this package: corners, denoise, flow_track, stereo',
    ),
    ParameterSpec('topic', 'string', '', 'Input topic; relative names follow the namespace'),
    ParameterSpec(
        'topic_type',
        'string',
        '',
        'Type of the input topic; empty for '
        'sensor_msgs/msg/Image, or CompressedImage where the name ends in /compressed',
    ),
    ParameterSpec(
        'trigger_topic',
        'string',
        '',
        'Topic whose messages activate the task on the latest image; empty: the images '
        'themselves do',
    ),
    ParameterSpec(
        'trigger_type', 'string', '', 'Type of the trigger topic, e.g. sensor_msgs/msg/Imu'
    ),
    ParameterSpec(
        'camera_info_topic',
        'string',
        '',
        "CameraInfo that belongs to the topic; empty for its sibling 'camera_info'",
    ),
    ParameterSpec('after', 'string', '', 'Task whose results activate this one (a cascade)'),
    ParameterSpec(
        'detections_from',
        'string',
        '',
        'Task whose boxes the program flow_track follows from frame to frame, on the same topic',
    ),
    ParameterSpec(
        'units',
        'string_array',
        [],
        'Units this task may use, by name or kind; empty for all. Stages that none of them can '
        'run (a DLA only runs networks) run on all that can',
    ),
    ParameterSpec(
        'deadline_ms',
        'double',
        100.0,
        'Time from the stamp of a frame to its answer, in milliseconds',
        minimum=0.001,
        maximum=3.6e6,
        dynamic=True,
    ),
    ParameterSpec(
        'period_ms',
        'double',
        0.0,
        'Expected time between frames, in milliseconds; 0 when unknown',
        minimum=0.0,
        maximum=3.6e6,
        dynamic=True,
    ),
    ParameterSpec(
        'priority',
        'integer',
        0,
        'Among ready jobs higher runs first',
        minimum=-1000,
        maximum=1000,
        dynamic=True,
    ),
    ParameterSpec(
        'every_n',
        'integer',
        1,
        'Work on every n-th frame',
        minimum=1,
        maximum=10_000,
        dynamic=True,
    ),
    ParameterSpec(
        'queue_depth',
        'integer',
        1,
        'Frames that may wait; the oldest goes when one more comes',
        minimum=1,
        maximum=1000,
        dynamic=True,
    ),
    ParameterSpec(
        'max_in_flight',
        'integer',
        0,
        'Frames worked on at the same time; 0 for as many as there are units (1 for trackers)',
        minimum=0,
        maximum=64,
    ),
    ParameterSpec('enabled', 'bool', True, 'Whether its frames are worked on', dynamic=True),
    ParameterSpec(
        'variant',
        'string',
        '',
        'Variant of the network that every frame is worked on with, base for its own file; empty '
        'for what the policy decides (dream and horizon take lighter ones under load)',
        dynamic=True,
    ),
    _option('score_threshold', 1.0, 'Detections below this score are left out'),
    _option('nms_iou', 1.0, 'Overlap from which the weaker of two boxes is left out'),
    _option(
        'max_age_frames',
        1000.0,
        'Frames in a row without a match that a track lives through; dropped frames do not count',
        least=1.0,
    ),
    _option('min_hits', 100.0, 'Sightings before a track gets its number', least=1.0),
    _option('appearance_weight', 1.0, 'How much likeness counts against place'),
    _option('max_distance', 1.0, 'Pairs farther apart than this never match'),
    _option(
        'quality',
        1.0,
        'corners: weaker than this share of the strongest are left out',
        least=0.0001,
    ),
    _option('min_distance', 1000.0, 'corners: pixels between two', least=1.0),
    _option('max_corners', 10_000.0, 'corners: how many of the strongest', least=1.0),
    _option('strength', 1.0, 'denoise: from none to strong'),
    _option(
        'focal_px', 1e5, 'stereo: focal length of the rectified pictures, pixels', least=0.001
    ),
    _option('baseline_m', 1000.0, 'stereo: between the cameras, metres', least=1e-6),
    _option(
        'max_disparity',
        256.0,
        'stereo: pixels, a multiple of 16; an OFA takes 128 and 256',
        least=16.0,
    ),
    _option('window', 11.0, 'stereo: side of what is compared, odd, pixels', least=1.0),
)

_SCHEDULER = {spec.name: spec for spec in SCHEDULER_PARAMETERS}
_TASK = {spec.name: spec for spec in TASK_PARAMETERS}


def spec_of(name: str, tasks: Iterable[str]) -> ParameterSpec:
    """
    Return the specification of a parameter by its full name.

    :raises ConfigError: when there is none, with the nearest name there is
    """
    if name in _SCHEDULER:
        return _SCHEDULER[name]
    tasks = tuple(tasks)
    task, _, key = name.rpartition('.')
    if task in tasks and key in _TASK:
        return _TASK[key]
    if name in tasks:
        raise ConfigError(name, f"must be a group of keys: '{name}.topic' and so on")
    known = [*_SCHEDULER, *(f'{t}.{k}' for t in tasks for k in _TASK)]
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"; did you mean '{close[0]}'?" if close else ''
    raise ConfigError(name, f'unknown parameter{hint}')


def is_parameter(name: str, tasks: Iterable[str]) -> bool:
    """Whether there is a parameter of that full name."""
    try:
        spec_of(name, tasks)
    except ConfigError:
        return False
    return True


def check_all(values: Mapping[str, Any]) -> dict[str, Any]:
    """
    Check a whole set of parameters by full name and fill in the defaults.

    :raises ConfigError: for the first that is wrong
    """
    tasks = check_task_names(values.get('tasks', []))
    full: dict[str, Any] = {spec.name: spec.default for spec in SCHEDULER_PARAMETERS}
    full |= {f'{task}.{spec.name}': spec.default for task in tasks for spec in TASK_PARAMETERS}
    for name, value in values.items():
        full[name] = spec_of(name, tasks).check(value, name=name)
    return full


def check_task_names(value: Any) -> tuple[str, ...]:
    """
    Return the names of the tasks.

    :raises ConfigError: when there are none, two are the same, or one cannot be a name
    """
    names = tuple(_SCHEDULER['tasks'].check(value))
    if not names:
        raise ConfigError('tasks', 'needs the name of at least one task')
    for name in names:
        if not (name.isidentifier() and name.isascii()):
            raise ConfigError('tasks', f"'{name}' cannot be a name (letters, digits and _)")
        if f'{name}' in {spec.partition('.')[0] for spec in _SCHEDULER}:
            raise ConfigError('tasks', f"'{name}' is the name of a parameter")
        if names.count(name) > 1:
            raise ConfigError('tasks', f"two tasks are named '{name}'")
    return names


def markdown() -> str:
    """Return the table of all parameters."""
    lines = []
    for title, specs, prefix in (
        ('Scheduler', SCHEDULER_PARAMETERS, ''),
        ('Each task', TASK_PARAMETERS, 'TASK.'),
    ):
        lines += [f'### {title}', '', '| parameter | type | default | at run time | meaning |']
        lines += ['| --- | --- | --- | --- | --- |']
        for spec in specs:
            when = 'yes' if spec.dynamic else 'no'
            text = spec.description
            if spec.minimum is not None and not spec.option:
                text += f' ({spec.range_text()})'
            lines.append(
                f'| `{prefix}{spec.name}` | {spec.kind} | `{spec.default!r}` | {when} | {text} |'
            )
        lines.append('')
    return '\n'.join(lines)


if __name__ == '__main__':
    print(markdown())
