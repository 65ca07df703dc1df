# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters of the scheduler and of every task, once: declaration, check and docs come from here.

Those of policies are in the policies, those of networks and programs in decoders and programs.
"""

from __future__ import annotations

from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.plugins.policies import POLICIES

SCHEDULER_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec('tasks', 'string_array', [], 'Names of the tasks to run'),
    ParameterSpec(
        'policy',
        'string',
        'edf+drop',
        'What decides which stage runs where and what is dropped; +drop forms give up early what '
        'cannot make its deadline. One of this package, of another installed one, or '
        'package.module:Class',
        dynamic=True,
        plug_ins=POLICIES,
    ),
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
        'tensorrt on GPU and DLA, onnxruntime on CPU. Another one (of an installed package, or '
        'package.module:Class) only where it is named',
        plug_ins=ENGINES,
    ),
    ParameterSpec(
        'preprocessor',
        'string',
        'auto',
        'Preprocessor, and with it the units it serves, or auto for one on every unit: vpi on '
        'GPU, VIC, PVA and OFA, opencv on CPU; what the named one cannot do is left to the '
        'others. Another one only where it is named, as with engine',
        plug_ins=PREPROCESSORS,
    ),
    ParameterSpec(
        'profiles',
        'string',
        '',
        'System file with costs that are known from the start, as edge-sched profile writes it, '
        'named as a network is; empty for none. Diagnostics warn when it is of another machine, '
        'other versions or another power mode',
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
        'system_file',
        'string',
        '',
        'Where to write what the node ran and learned when deactivated, or asked to by the '
        'service ~/save_system: a system file that edge-sched simulate and plan read; empty for '
        'nowhere',
        dynamic=True,
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
        'Own code instead of a network, for other topic types: package.module:Class, or one of an '
        'installed package; or one that comes with this package: corners, denoise, flow_track, '
        'stereo',
        plug_ins=PROGRAMS,
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
)
