# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""
Parameters of the scheduler and of tasks: the one source of declaration, checks and docs.

Parameters of policies, decoders and programs are declared there.
"""

from __future__ import annotations

from edge_sched_ros.core.tasks import MOST_RATE_HZ
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.execution.coded_size import MOST_PIXELS
from edge_sched_ros.native.loading import MODES
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.perception.trackers.registry import DEFAULT_TRACKER
from edge_sched_ros.perception.trackers.registry import tracker_classes
from edge_sched_ros.perception.trackers.registry import TRACKERS
from edge_sched_ros.pipeline.settings.parameter_spec import ParameterSpec
from edge_sched_ros.plugins.policies import POLICIES

SCHEDULER_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec('tasks', 'string_array', [], 'Names of the tasks to run'),
    ParameterSpec(
        'policy',
        'string',
        'edf+drop',
        'Policy that decides which stage runs on which unit and which jobs are dropped; '
        'with +drop it drops early the jobs that cannot meet their deadline. A policy of'
        ' this package, of another installed package, or package.module:Class',
        dynamic=True,
        plug_ins=POLICIES,
    ),
    ParameterSpec(
        'units',
        'string_array',
        [],
        'Units to use, by name (cpu0) or kind (cpu); empty for all units of this '
        'machine. Units that the machine has do the work of missing ones, and '
        'diagnostics warn. CPU cores run stages before and after a network that none of '
        'the units can run',
    ),
    ParameterSpec(
        'require_units',
        'bool',
        False,
        'Refuse to be configured when a unit named in units, here or of a task, cannot be used',
    ),
    ParameterSpec(
        'gpu_parts',
        'string_array',
        [],
        'Parts of GPUs that are units instead of the whole GPU, each NAME=SHARE (gpu0.a=0.75, a '
        'green context), NAME=SHARE mps, or NAME=UUID of a MIG instance. Not run on hardware',
    ),
    ParameterSpec(
        'engine',
        'string',
        'auto',
        'Inference engine, which also selects the units that it supports; auto uses '
        'tensorrt on GPU and DLA and onnxruntime on CPU. Another engine (of an installed'
        ' package, or package.module:Class) is used only if it is named',
        plug_ins=ENGINES,
    ),
    ParameterSpec(
        'preprocessor',
        'string',
        'auto',
        'Preprocessor, which also selects the units that it supports; auto uses vpi on '
        'GPU, VIC, PVA and OFA and opencv on CPU. The others do what the named one '
        'cannot do. Another preprocessor is used only if it is named, as with engine',
        plug_ins=PREPROCESSORS,
    ),
    ParameterSpec(
        'profiles',
        'string',
        '',
        'System file with costs to start with, as edge-sched profile writes it; its path'
        ' is resolved like that of a network; empty for none. Diagnostics warn when the '
        'file is from another machine, other versions or another power mode',
    ),
    ParameterSpec(
        'profile_at_configure_s',
        'double',
        0.0,
        'Time to measure, during configuration, the costs that no profile has, in '
        'seconds; with 0 the node learns them from the first runs',
        minimum=0.0,
        maximum=3600.0,
    ),
    ParameterSpec(
        'watchdog_factor',
        'double',
        20.0,
        'A unit counts as hung after this many times the longest run of its stage',
        minimum=2.0,
    ),
    ParameterSpec(
        'watchdog_floor_ms',
        'double',
        2000.0,
        'A unit never counts as hung before this time, in milliseconds',
        minimum=1.0,
    ),
    ParameterSpec(
        'watchdog_pause_ms',
        'double',
        1000.0,
        'A task starts nothing for this long after a call of it hung, in milliseconds, or until '
        'the call returns; twice as long after each further hung call in a row, when it also '
        'waits for the end of the pause',
        minimum=1.0,
        maximum=3.6e6,
    ),
    ParameterSpec(
        'watchdog_max_pause_ms',
        'double',
        60_000.0,
        'Maximum of that pause, in milliseconds; hung calls further apart are not in a row',
        minimum=1.0,
        maximum=3.6e6,
    ),
    ParameterSpec(
        'watchdog_max_abandoned',
        'integer',
        4,
        'Maximum number of threads of CPU units that are abandoned in hung calls at the same '
        'time; while there are so many, tasks that hung stay off, and a unit whose call hangs '
        'waits for it',
        minimum=0,
        maximum=64,
    ),
    ParameterSpec(
        'fast_variants',
        'bool',
        True,
        "Run the fastest variant of a network whose accuracy is within the network's tolerance, "
        "by costs measured on this machine; false for the network's own file. TASK.variant fixes "
        'the variant of one task',
    ),
    ParameterSpec(
        'floor_periods',
        'double',
        3.0,
        'Under overload, the longest time of a task without an answer, in periods of its frames: '
        'after it the newest frame runs before all others, even late. The time is never shorter '
        "than the task's deadline, and long enough to leave a third of the units' time to the "
        'policy. With 0 there is no limit, and a task may starve',
        minimum=0.0,
        maximum=1e6,
    ),
    ParameterSpec(
        'error_after_ms',
        'double',
        2000.0,
        'Diagnostics say ERROR when a task had no result on time for this long, in milliseconds',
        minimum=1.0,
        dynamic=True,
    ),
    ParameterSpec(
        'silent_after_ms',
        'double',
        1000.0,
        'Diagnostics say ERROR when a topic had no message for this long, in milliseconds',
        minimum=1.0,
        dynamic=True,
    ),
    ParameterSpec(
        'max_image_pixels',
        'integer',
        MOST_PIXELS,
        'Maximum width x height of an image; a larger one, or a compressed one whose header gives '
        'more, is rejected before it is decoded (image_too_large)',
        minimum=1,
        maximum=1 << 30,
    ),
    ParameterSpec(
        'admission',
        'string',
        'warn',
        'What happens to a change (a task enabled, a rate raised, a deadline lowered, a '
        'priority or variant changed) after which a task would miss its deadline by the '
        'queueing model: off does not check, warn only warns, refuse refuses the change,'
        ' degrade first tries lighter variants, the least urgent task first, and refuses'
        ' if they do not help. A change is never refused because of costs or rates that '
        'are not known yet',
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
        "Time between heartbeats to nav2's lifecycle manager while active, in seconds, "
        'e.g. 0.25; 0 for no bond',
        minimum=0.0,
        maximum=60.0,
    ),
    ParameterSpec(
        'realtime_priority',
        'integer',
        0,
        'Priority of SCHED_FIFO for all threads of the process; 0 leaves the scheduling as it is. '
        'Diagnostics warn when it is not permitted',
        minimum=0,
        maximum=98,
    ),
    ParameterSpec(
        'lock_memory',
        'bool',
        False,
        'Lock the memory of the process, so that none of it is swapped out. Diagnostics warn when '
        'it is not permitted',
    ),
    ParameterSpec(
        'isolated_cores',
        'bool',
        False,
        'Use the cores that were isolated at boot (isolcpus), too: as units, which nothing else '
        'disturbs. Diagnostics warn when there are none',
    ),
    ParameterSpec(
        'native',
        'string',
        'auto',
        'Whether the parts of the data path that have a compiled form use it: auto where it was '
        'built, off never, require refuses to be configured where it was not. The results are the '
        'same, with less CPU time (docs/native.md)',
        choices=MODES,
    ),
    ParameterSpec(
        'metrics_port',
        'integer',
        0,
        'TCP port from which Prometheus reads rates, misses, units and inputs (needs the library '
        'prometheus_client); 0 for no endpoint',
        minimum=0,
        maximum=65535,
    ),
    ParameterSpec(
        'metrics_address',
        'string',
        '127.0.0.1',
        'Address to listen on for Prometheus. Everybody who reaches it may read; 0.0.0.0 is every '
        'network of this computer',
    ),
    ParameterSpec(
        'debug_image_hz',
        'double',
        10.0,
        'Maximum rate of TASK/debug_image, in Hz. The pictures are drawn only while somebody '
        'subscribes, of the newest answers, on a thread that gives way to all others',
        minimum=0.01,
        maximum=1000.0,
    ),
    ParameterSpec(
        'debug_image_width',
        'integer',
        960,
        'Maximum width of TASK/debug_image, in pixels; the pictures of wider images are smaller',
        minimum=64,
        maximum=16384,
    ),
    ParameterSpec(
        'publish_timing',
        'bool',
        True,
        'Publish a JobTiming message for every job while the topic has a subscriber',
        dynamic=True,
    ),
    ParameterSpec(
        'summary_file',
        'string',
        '',
        'JSON file with the summary of the run, which the node writes when it is '
        'deactivated; empty for none',
    ),
    ParameterSpec(
        'state_file',
        'string',
        '',
        'JSON file with the counts of the run, which the node replaces once per status period '
        'while it is active. With it the node says when it is configured what was lost if the '
        'last run was killed; each node needs its own, on a disk in memory (/run) if possible; '
        'empty for none',
    ),
    ParameterSpec(
        'system_file',
        'string',
        '',
        'System file that the node writes, with what it ran and learned, when it is '
        'deactivated or the service ~/save_system is called; edge-sched simulate and '
        'plan can read it; empty for none',
        dynamic=True,
    ),
    ParameterSpec(
        'trace_file',
        'string',
        '',
        'Trace of the run: every event and decision, one line each, for edge-sched trace, explain '
        'and report. While active the node keeps the last trace_mb of it, the older half in '
        'FILE.1; empty for none',
    ),
    ParameterSpec(
        'trace_mb',
        'integer',
        64,
        'Size of trace_file and its older half together, in MB',
        minimum=1,
        maximum=100_000,
    ),
    ParameterSpec(
        'trace_scores',
        'bool',
        True,
        'Whether trace_file has the numbers that the policy compared; without them a trace costs '
        'about half as much',
    ),
    ParameterSpec(
        'autostart',
        'bool',
        True,
        'Configure and activate at start, without a lifecycle manager',
    ),
)

TASK_PARAMETERS: tuple[ParameterSpec, ...] = (
    ParameterSpec(
        'network',
        'string',
        '',
        'YAML file of the network: an absolute path, package://PACKAGE/PATH, or a path '
        'relative to the parameter file (only for edge-sched), the working folder, or '
        'the models of this package',
    ),
    ParameterSpec(
        'program',
        'string',
        '',
        'Program to run instead of a network: your own code, also for other topic types '
        '(package.module:Class, or a name of an installed package), or a program of this'
        ' package: box_track, corners, denoise, depth_image, detections_3d, flow_track, stereo',
        plug_ins=PROGRAMS,
    ),
    ParameterSpec(
        'topic',
        'string',
        '',
        'Input topic; a relative name is resolved in the namespace of the node',
    ),
    ParameterSpec(
        'topic_type',
        'string',
        '',
        'Type of the input topic; empty for sensor_msgs/msg/Image, or CompressedImage if'
        ' the name ends in /compressed',
    ),
    ParameterSpec(
        'trigger_topic',
        'string',
        '',
        'Topic whose messages activate the task on the latest image; if empty, every '
        'image activates the task',
    ),
    ParameterSpec(
        'trigger_type', 'string', '', 'Type of the trigger topic, e.g. sensor_msgs/msg/Imu'
    ),
    ParameterSpec(
        'second_topic',
        'string',
        '',
        'Topic of a second camera, e.g. the right one of a stereo pair: each frame of the task '
        'is an image of its topic with the image of this one that has the same stamp; empty for '
        'one camera. It has the type of the topic. For the program depth_image, and '
        'networks with an input from depth_image: topic of depth images (sensor_msgs/msg/Image)',
    ),
    ParameterSpec(
        'sync_tolerance_ms',
        'double',
        0.0,
        'Maximum difference between the stamps of the two images, in milliseconds; 0 for equal '
        'stamps, as of cameras that are triggered together. Frames without a second image are '
        'dropped (unpaired)',
        minimum=0.0,
        maximum=1000.0,
    ),
    ParameterSpec(
        'camera_info_topic',
        'string',
        '',
        "Topic of the CameraInfo for the input; empty for the topic 'camera_info' beside"
        ' the input',
    ),
    ParameterSpec(
        'after',
        'string',
        '',
        'Task whose results activate this one (a cascade), or several, as a list or with commas: '
        'their results for one frame activate it together (a join)',
        several=True,
    ),
    ParameterSpec(
        'depth_topic',
        'string',
        '',
        'For the program detections_3d: topic of depth images (sensor_msgs/msg/Image, 16UC1 in mm '
        'or 32FC1 in m) registered to the pictures of the task; empty where a task named in after '
        'gives the depth',
    ),
    ParameterSpec(
        'depth_tolerance_ms',
        'double',
        10.0,
        'Largest difference between the stamps of a picture and of its depth image; never more '
        'than half of the time between depth images',
        minimum=0.0,
        maximum=1e4,
    ),
    ParameterSpec(
        'detections_from',
        'string',
        '',
        'Task on the same topic whose boxes the program flow_track follows from frame to frame',
    ),
    ParameterSpec(
        'tracker',
        'string',
        '',
        'What matches boxes with tracks, for a task with an embedding network or the program '
        f'box_track: {", ".join(tracker_classes())}, or your own (package.module:Class, or a name '
        f'of an installed package); empty for {DEFAULT_TRACKER}',
        plug_ins=TRACKERS,
    ),
    ParameterSpec(
        'units',
        'string_array',
        [],
        'Units this task may use, by name or kind; empty for all. A stage that none of '
        'them can run (a DLA runs only networks) runs on any unit that can run it',
    ),
    ParameterSpec(
        'deadline_ms',
        'double',
        100.0,
        'Maximum time from the stamp of a frame to its answer, in milliseconds',
        minimum=0.001,
        maximum=3.6e6,
        dynamic=True,
    ),
    ParameterSpec(
        'period_ms',
        'double',
        0.0,
        'Expected time between frames, in milliseconds; 0 if unknown',
        minimum=0.0,
        maximum=3.6e6,
        dynamic=True,
    ),
    ParameterSpec(
        'priority',
        'integer',
        0,
        'Jobs with a higher priority run first, if the policy uses priorities',
        minimum=-1000,
        maximum=1000,
        dynamic=True,
    ),
    ParameterSpec(
        'min_rate_hz',
        'double',
        0.0,
        'Results on time a second that the task has whatever the load and its priority, under '
        'any policy, as long as they can be kept; diagnostics warn when they are not. The tasks '
        'before it in a cascade have it, too; 0 for none',
        minimum=0.0,
        maximum=MOST_RATE_HZ,
        dynamic=True,
    ),
    ParameterSpec(
        'every_n',
        'integer',
        1,
        'Process only every n-th frame',
        minimum=1,
        maximum=10_000,
        dynamic=True,
    ),
    ParameterSpec(
        'queue_depth',
        'integer',
        1,
        'Number of frames that may wait; the oldest is dropped when one more arrives',
        minimum=1,
        maximum=1000,
        dynamic=True,
    ),
    ParameterSpec(
        'max_in_flight',
        'integer',
        0,
        'Number of frames processed at the same time; 0 for the number of units (1 for trackers)',
        minimum=0,
        maximum=64,
    ),
    ParameterSpec(
        'enabled', 'bool', True, 'Whether the node processes frames of this task', dynamic=True
    ),
    ParameterSpec(
        'variant',
        'string',
        '',
        "Variant of the network to use for every frame; base is the network's own file; "
        "if empty, the fastest within the network's tolerance (see fast_variants), and the policy "
        'decides (dream and horizon use lighter variants under load)',
        dynamic=True,
    ),
    ParameterSpec(
        'isolation',
        'string',
        'thread',
        'Where the code of the task runs: thread for the threads of the node, process for a '
        'process of its own, whose crash, endless call or need for memory touches no other task; '
        'it processes one frame at a time and costs memory (docs/reliability.md)',
        choices=('thread', 'process'),
    ),
    ParameterSpec(
        'isolation_timeout_ms',
        'double',
        0.0,
        'With isolation: process, time after which a frame fails and the process is ended and '
        'started again, in milliseconds; 0 for ten deadlines, at least 500 ms. The very first '
        'frame may take 5 s, the first one of a later process three times what that took',
        minimum=0.0,
        maximum=3.6e6,
    ),
    ParameterSpec(
        'isolation_memory_mib',
        'integer',
        0,
        'With isolation: process, address space that the process may add to that of an empty '
        'one, in MiB; 0 for no limit. Not for GPUs: CUDA reserves more than a machine has',
        minimum=0,
        maximum=1 << 20,
    ),
)
