# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""The pipeline: frames in, ended jobs out, settings and state in between."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from collections.abc import Iterator
from collections.abc import Mapping
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from edge_sched_ros.core.brief import brief_error
from edge_sched_ros.core.dispatcher import LowLevelDispatcher
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.core.events import ClockJumped
from edge_sched_ros.core.events import ParametersChanged
from edge_sched_ros.core.parameters import DYNAMIC_TASK_KEYS
from edge_sched_ros.execution.alike import alike_units
from edge_sched_ros.execution.context import Program
from edge_sched_ros.execution.frame import Frame
from edge_sched_ros.execution.jobs import JobEnd
from edge_sched_ros.execution.registry import Machine
from edge_sched_ros.execution.registry import rediscover
from edge_sched_ros.execution.runtime import Runtime
from edge_sched_ros.execution.telemetry.sampler import Sampler
from edge_sched_ros.perception.programs.attributes import names_of
from edge_sched_ros.perception.programs.attributes import read_attribute
from edge_sched_ros.pipeline.admission.admission import Admission
from edge_sched_ros.pipeline.admission.demand import Known
from edge_sched_ros.pipeline.admission.demand import look
from edge_sched_ros.pipeline.assemble import assemble
from edge_sched_ros.pipeline.assemble import Assembly
from edge_sched_ros.pipeline.assemble import extras_of
from edge_sched_ros.pipeline.assemble import finder_of
from edge_sched_ros.pipeline.costs.cost_sources import ProfileUse
from edge_sched_ros.pipeline.costs.known_costs import known_costs
from edge_sched_ros.pipeline.costs.part_times import PartTimes
from edge_sched_ros.pipeline.costs.system_file import RatesSeen
from edge_sched_ros.pipeline.costs.system_file import write_system_file
from edge_sched_ros.pipeline.health.late_drivers import LateDrivers
from edge_sched_ros.pipeline.health.machine_watch import MachineWatch
from edge_sched_ros.pipeline.health.native_health import native_steps_of
from edge_sched_ros.pipeline.health.native_health import python_steps_of
from edge_sched_ros.pipeline.health.quota_watch import QuotaWatch
from edge_sched_ros.pipeline.health.result_doubts import doubts_of
from edge_sched_ros.pipeline.health.status import read_status
from edge_sched_ros.pipeline.health.status import Status
from edge_sched_ros.pipeline.inputs.depth_images import DepthImages
from edge_sched_ros.pipeline.inputs.inputs_account import InputAccounts
from edge_sched_ros.pipeline.inputs.latest_images import LatestImages
from edge_sched_ros.pipeline.inputs.paired_tasks import PairedTasks
from edge_sched_ros.pipeline.inputs.stamp_age import Age
from edge_sched_ros.pipeline.inputs.stamp_age import UNKNOWN
from edge_sched_ros.pipeline.recording import recorder_of
from edge_sched_ros.pipeline.replanning import Replanning
from edge_sched_ros.pipeline.settings.pipeline_config import feeds_of
from edge_sched_ros.pipeline.settings.pipeline_config import PipelineConfig
from edge_sched_ros.pipeline.tasks.isolated_tasks import end_processes
from edge_sched_ros.pipeline.tasks.isolated_tasks import isolation_reports
from edge_sched_ros.pipeline.tasks.task_outs import TaskOuts
from edge_sched_ros.plugins.bounded_call import made_together
from edge_sched_ros.plugins.policies import make_lasting_policy
from edge_sched_ros.tracing.recorder import Recorder

_log = logging.getLogger(__name__)

#: how long threads get to leave a call to a process that was ended, seconds
_ENDED_CALLS_S = 0.3
_SPENT = 'when it is used up, everything stops until the next period, and results are late'


class Pipeline:
    """
    Everything between a topic's messages and a task's results, without ROS.

    Life cycle: ``load``, then ``start`` and ``stop`` any number of times, then ``unload``.

    :param config: what to run
    :param on_end: called with every ended job, one at a time and in order, from any thread
    :param machine: the machine to run on; detected if not given
    :param clock_ns: monotonic
    :param root: the folder with the machine's ``sys``, for telemetry
    """

    def __init__(
        self,
        config: PipelineConfig,
        *,
        on_end: Callable[[JobEnd], None],
        machine: Machine | None = None,
        clock_ns: Callable[[], int] = time.monotonic_ns,
        root: Path = Path('/'),
    ) -> None:
        self.config = config
        self._on_end = on_end
        self._machine = machine
        self._clock_ns = clock_ns
        self._root = root
        self._assembly: Assembly | None = None
        self._runtime: Runtime | None = None
        self._watch: MachineWatch | None = None
        self._quota: QuotaWatch | None = None
        self._late: LateDrivers | None = None
        self._replanning: Replanning | None = None
        self._outs: TaskOuts | None = None
        self._recorder: Recorder | None = None
        #: predicts the effect of changes of tasks on deadlines
        self.admission = Admission(self._known, config.admission)
        #: sources of the costs known from the start
        self._profile_use: ProfileUse | None = None
        self._inputs = InputAccounts(config.topics)
        self._images = LatestImages(config.tasks, config.silent_after_ms * 1e6, clock_ns)
        self._depths = DepthImages(config.tasks)
        self._triggers = {
            task.trigger_topic or task.topic for task in config.tasks if not task.second_topic
        }
        self._paired = PairedTasks(config.tasks, clock_ns, lambda: self._running().submit)
        self._sources = {task.name: config.source_of(task) for task in config.tasks}
        #: topic -> tasks whose deadlines count from its frames
        self._feeds = feeds_of(config)
        self._rates_seen = RatesSeen()
        self._part_times = PartTimes()
        #: task -> the steps that the native module does
        self._native: dict[str, str] = {}
        #: task -> those that are done in Python, and why
        self._in_python: dict[str, str] = {}
        self._started_ns: int | None = None
        self._running_now = False
        #: unit -> busy time at the last start
        self._busy_before: dict[str, int] = {}

    # --- life -------------------------------------------------------------------------------

    @made_together()
    def load(self, *, should_stop: Callable[[], bool] = lambda: False) -> None:
        """
        Load every network.

        :param should_stop: called while costs are measured; true ends this after the run in
            progress
        :raises ConfigError: naming the file or key that cannot be used
        """
        machine = self._machine or rediscover()
        self._late = LateDrivers(self._root)
        assembly = assemble(self.config, machine, tolerant=True)
        self._quota = _quota_watch(self._root, machine, assembly)
        use = self._quota.read()
        if use is not None:
            _log.warning('%s: %s', use, _SPENT)
        try:
            profiles, self._profile_use = known_costs(
                self.config,
                assembly,
                root=self._root,
                clock_ns=self._clock_ns,
                should_stop=should_stop,
            )
            profiles.set_alike(alike_units(assembly.units, self._root))
            dispatcher = LowLevelDispatcher(
                tasks=assembly.tasks,
                units=tuple(local.unit for local in assembly.units),
                policy=self.config.policy,
                make_policy=make_lasting_policy,
                policy_parameters=self.config.policy_parameters,
                profiles=profiles,
                watchdog=self.config.watchdog,
                floor_periods=self.config.floor_periods,
            )
        except BaseException:
            assembly.close()
            raise
        for task in self.config.tasks:
            if task.depth_topic:
                depth_for = partial(
                    self._depths.for_frame, task.depth_topic, task.depth_tolerance_ms
                )
                assembly.programs[task.name].use_depth(depth_for)  # type: ignore[attr-defined]
        self._assembly = assembly
        self._recorder = recorder_of(self.config, self._read)
        if self._recorder is not None and self.config.trace_scores:
            dispatcher.tell_scores(self._recorder.scores)
        self._runtime = Runtime(
            dispatcher=dispatcher,
            programs=assembly.programs,
            units=assembly.units,
            deliver=self._deliver,
            frame_for=self._images.frame_for,
            clock_ns=self._clock_ns,
            listener=self._recorder,
        )
        self._outs = TaskOuts(
            assembly.programs, assembly.out, is_enabled=self._is_enabled, enable=self._enable
        )
        self._native = native_steps_of(assembly.programs)
        self._in_python = python_steps_of(assembly.programs)
        self._watch = MachineWatch(self._runtime, Sampler(assembly.units, root=self._root))
        self._replanning = Replanning(self._runtime)
        self._admit_at_start()

    def _deliver(self, end: JobEnd) -> None:
        self._part_times.observe(end)
        self._on_end(end)
        if self._recorder is not None:
            self._recorder.published(self._clock_ns(), end.job)

    def _read(self, look: Callable[[LowLevelDispatcher, int], Any]) -> Any:
        return self._running().read(look)

    def _admit_at_start(self) -> None:
        """Ask the model about the tasks as configured, as far as their costs are known."""
        ruling = self.admission.consider({}, at_start=True)
        if ruling.refused:
            doubts = () if self._profile_use is None else self._profile_use.doubts
            if not doubts:
                self.unload()
                raise ConfigError('admission', f'{self.admission.mode}: {ruling.text}')
            # costs that may be from another machine must not prevent the start
            _log.warning('admission: %s (not refused: %s)', ruling.text, '; '.join(doubts))
        self.settle_admission()

    def start(self) -> None:
        """Start accepting frames."""
        self.admission.rates.forget()
        self._reset_programs()
        if self._quota is not None:
            self._quota.begin()
        self._busy_before = {unit.name: unit.busy_ns for unit in self.status().units}
        self._started_ns = self._clock_ns()
        self._rates_seen.begin(self._inputs.snapshot(), self._started_ns)
        self._running_now = True
        if self._recorder is not None:
            self._recorder.start()
        self._running().start()

    def stop(self) -> None:
        """End every job in flight and deliver its end; engines stay loaded."""
        if not self._running_now:
            return
        self._running_now = False
        self._paired.forget()
        self._running().stop()
        if self._recorder is not None:
            self._recorder.stop()
        self._images.forget()
        self._depths.forget()

    def unload(self) -> None:
        """Stop, if necessary, and free all engines except those that a hung call may still use."""
        self.stop()
        if self._assembly is not None:
            self._assembly.close(self._still_busy())
        self._assembly = None
        self._runtime = None
        self._recorder = None
        self._watch = None
        if self._replanning is not None:
            self._replanning.close()
        self._replanning = None

    def _still_busy(self) -> frozenset[str]:
        """Return the units with calls that hang, after those in processes of tasks were ended."""
        if self._runtime is None or not self._runtime.abandoned:
            return frozenset()
        end_processes(self._loaded().programs)
        return self._runtime.abandoned_after(_ENDED_CALLS_S)

    # --- frames -----------------------------------------------------------------------------

    def submit(self, frame: Frame, *, age: Age = UNKNOWN) -> None:
        """
        Submit a frame; thread-safe.

        :param age: time since it was taken; deadlines count from then, or from now if unknown
        """
        self._inputs.received(frame.stream, self._clock_ns(), age, frame.stamp_ns)
        self._images.note(frame)
        self._depths.note(frame)
        if frame.stream in self._triggers:
            self._running().submit(frame, age_ns=age.ns or 0)
        self._paired.take(frame, age.ns or 0)

    def reject(self, topic: str, reason: str) -> None:
        """Count a message that could not be used."""
        self._inputs.rejected(topic, reason, self._clock_ns())

    def lost(self, topic: str, count: int, how: str) -> None:
        """Count messages that never arrived; ``how`` that is known, as in an account."""
        self._inputs.lost(topic, count, how)

    def clock_jumped(self, delta_ns: int) -> None:
        """Forget the state from before a jump of the source clock."""
        self._paired.forget()
        self._running().post(ClockJumped(delta_ns))
        self._images.forget()
        self._depths.forget()
        self._reset_programs()

    def source_restarted(self, topic: str) -> None:
        """Forget the state of a source whose stamps went back; others go on."""
        self._paired.forget(topic)
        self._depths.forget(topic)
        self._reset(
            *(
                name
                for name, source in self._sources.items()
                if topic in (source.topic, source.second_topic, source.trigger_topic)
            )
        )

    # --- settings ---------------------------------------------------------------------------

    def change_task(self, name: str, values: Mapping[str, Any]) -> None:
        """
        Change settings of a task while it runs.

        :param values: settings of the dispatcher (``deadline_ns`` ...) or of the program
            (``score_threshold`` ..., ``None`` for the network's own value)
        :raises ConfigError: naming task and key; earlier settings may have changed already
        """
        if values.get('enabled'):
            self.check_enabled(name)
        core = {key: value for key, value in values.items() if key in DYNAMIC_TASK_KEYS}
        if core:
            self._running().post(ParametersChanged(core, task=name))
        for key, value in values.items():
            if key not in core:
                with self._own_call(name, key):
                    self._loaded().programs[name].set_option(key, value)

    def settle_admission(self) -> None:
        """Apply admission's last decision: set variants, and log who would miss its deadline."""
        ruling, before = self.admission.ruling, self.admission.pins
        for name in {**before, **ruling.pins}:
            variant = ruling.pins.get(name, '')
            if before.get(name, '') != variant:
                self._running().post(ParametersChanged({'variant': variant}, task=name))
                _log.warning('admission: %s now runs %s', name, variant or 'any variant again')
        self.admission.pins = ruling.pins
        if ruling.text and not ruling.refused:
            _log.warning('admission: %s', ruling.text)

    def change_policy(self, name: str, parameters: Mapping[str, float]) -> None:
        """
        Change the policy or its parameters; jobs in flight stay.

        :raises ConfigError: naming the parameter
        """
        self._running().post(ParametersChanged({'policy': name, **parameters}))

    # --- state ------------------------------------------------------------------------------

    def look_at_machine(self) -> None:
        """
        Read temperatures, power and clocks, and inform the dispatcher about changes.

        Frames that have waited for a second topic until their deadline end without a pair.
        Call it about once a second: it reads some dozens of small files.
        """
        if self._running_now:
            self._paired.expire()
        if self._outs is not None:
            self._outs.look()
        if self._watch is not None:
            self._watch.check()
            if self._late is not None:
                self._late.check(self._clock_ns())
            if self._replanning is not None:
                self._replanning.check()
            self.admission.update(self._inputs.snapshot(), self._clock_ns())

    def status(self) -> Status:
        """Return the present state of everything."""
        missing, left_out = self._loaded().missing, self._loaded().left_out
        readings = {} if self._watch is None else self._watch.readings
        quota = None if self._quota is None else self._quota.read()
        programs = self._loaded().programs
        isolated, doubts = isolation_reports(programs), doubts_of(programs)
        runtime = self._running()
        status: Status = runtime.read(
            lambda dispatcher, now_ns: read_status(
                dispatcher,
                now_ns,
                inputs=self._inputs.snapshot(),
                started_ns=self._started_ns,
                busy_before=self._busy_before,
                feeds=self._feeds,
                missing=missing,
                left_out=left_out,
                failures=runtime.failures.snapshot(),
                out={} if self._outs is None else self._outs.reasons,
                isolated=isolated,
                doubts=doubts,
                native=self._native,
                in_python=self._in_python,
                readings=readings,
                profile_use=self._profile_use,
                quota=quota,
                appeared=() if self._late is None else self._late.kinds,
            )
        )
        return status

    @property
    def trace_problem(self) -> str:
        """Why the trace loses lines, and how many it has lost; empty while it loses none."""
        recorder = self._recorder
        if recorder is None or not recorder.problem:
            return ''
        return f'cannot be written: {recorder.problem}; {recorder.lost} lines lost'

    def write_system(self, name: str) -> None:
        """
        Write the present knowledge as a system file; nothing without a name.

        :raises ConfigError: when it cannot be written
        """
        write_system_file(
            name,
            self._running(),
            seen_hz=self._rates_seen.hz(self._inputs.snapshot()),
            networks=self._loaded().networks,
            files={task.name: task.network for task in self.config.tasks if task.network},
            shares=self._part_times.shares,
            root=self._root,
        )

    def check_enabled(self, task: str) -> None:
        """Check that a task may be enabled; :raises ConfigError: while it is out."""
        if self._outs is not None:
            self._outs.check_enabled(task)

    def check_variant(self, task: str, name: str) -> None:
        """Check that a task's network has a variant; :raises ConfigError: naming those it has."""
        try:
            self._running().read(lambda dispatcher, _: dispatcher.tasks[task].pinned(name))
        except ConfigError:
            reason = self._loaded().why_not(task, name)
            if reason:
                raise ConfigError(f'{task}.variant', f"'{name}' {reason}") from None
            raise

    def network_of(self, task: str) -> str:
        """Return the name of the network a task runs."""
        return self._loaded().networks[task]

    def output_of(self, task: str) -> str:
        """Return the kind of a task's results: ``detections``, ``tracks``, ``depth``, ``none``."""
        return read_attribute(task, self._loaded().programs[task], 'output', 'none', str)

    def extras_of(self, task: str) -> tuple[str, ...]:
        """Return what a task's detections have beside boxes: ``keypoints``, ``masks``."""
        return extras_of(task, self.config, self._loaded().programs)

    def topics_of_cameras(self) -> dict[str, str]:
        """Return the topics of images whose CameraInfo a task needs, with the first such task."""
        found: dict[str, str] = {}
        for name, program in self._loaded().programs.items():
            if read_attribute(name, program, 'needs_camera', False, bool):
                head = self._sources[name]
                for topic in filter(None, (head.topic, head.second_topic)):
                    found.setdefault(topic, name)
        return found

    def check_option(self, task: str, name: str, value: float | None) -> None:
        """
        Check that a setting of a task's program can be changed, but do not change it.

        Own programs without ``check_option`` are not checked.

        :raises ConfigError: naming task and setting
        """
        check = getattr(self._loaded().programs[task], 'check_option', None)
        if check is not None:
            with self._own_call(task, name):
                check(name, value)

    def check_together(self, task: str, values: Mapping[str, float | None]) -> None:
        """
        Check settings of a task's program against each other, as after the changes.

        :raises ConfigError: naming the task and the settings
        """
        check = getattr(self._loaded().programs[task], 'check_together', None)
        if check is not None:
            try:
                check(values)
            except ConfigError as error:
                name = error.where.rpartition('.')[2]
                raise ConfigError(f'{task}.{name}', error.problem) from error
            except BaseException as error:
                # own code may raise anything
                told = f'its program failed: {brief_error(error)}'
                raise ConfigError(task, told) from error
            finally:
                if self._outs is not None:
                    self._outs.look()

    def labels_of(self, task: str) -> tuple[str, ...]:
        """Return the class names of a task's results; empty when it has none."""
        return read_attribute(task, self._finder_of(task), 'labels', (), names_of)

    def threshold_of(self, task: str) -> float:
        """Return the score below which a task's results are left out; 0 when there is none."""
        return read_attribute(task, self._finder_of(task), 'score_threshold', 0.0, float)

    def _finder_of(self, task: str) -> Program:
        return finder_of(task, self.config, self._loaded().programs)

    def _known(self) -> Known:
        """Return the input of admission, with the quota if it is less than the units could use."""
        known: Known = self._running().read(look)
        use = None if self._quota is None else self._quota.read()
        return known if use is None else replace(known, cpus=use.quota.cpus)

    def _is_enabled(self, task: str) -> bool:
        return bool(self._running().read(lambda core, _: core.tasks[task].enabled))

    def _enable(self, task: str, enabled: bool) -> None:
        self._running().post(ParametersChanged({'enabled': enabled}, task=task))

    def _reset_programs(self) -> None:
        self._reset(*self._loaded().programs)

    def _reset(self, *names: str) -> None:
        if self._outs is not None:
            self._outs.reset(*names)

    @contextmanager
    def _own_call(self, task: str, name: str) -> Iterator[None]:
        """Call own code: an error names the task and its setting; a task that hangs is out."""
        try:
            with _of_task(task, name):
                yield
        finally:
            if self._outs is not None:
                self._outs.look()

    def _loaded(self) -> Assembly:
        if self._assembly is None:
            raise RuntimeError('the pipeline is not loaded')
        return self._assembly

    def _running(self) -> Runtime:
        if self._runtime is None:
            raise RuntimeError('the pipeline is not loaded')
        return self._runtime


def _quota_watch(root: Path, machine: Machine, assembly: Assembly) -> QuotaWatch:
    cores = sum(1 for local in machine.units if local.unit.kind == 'cpu') + len(machine.spare)
    used = sum(1 for local in assembly.units if local.unit.kind == 'cpu')
    return QuotaWatch(root, cores, used)


@contextmanager
def _of_task(task: str, name: str) -> Iterator[None]:
    """Let an error of a program name the task and its setting."""
    try:
        yield
    except ConfigError as error:
        raise ConfigError(f'{task}.{name}', error.problem) from error
    except BaseException as error:
        # own code may raise anything; the caller's services must still answer
        told = f'its program failed: {brief_error(error)}'
        _log.error('%s.%s: %s', task, name, told)
        raise ConfigError(f'{task}.{name}', told) from error
