# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""A report of recorded runs: one file that needs nothing else to be seen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from collections.abc import Sequence
from html import escape
from typing import Any

from edge_sched_ros.installation.missing import need
from edge_sched_ros.reporting.explaining.explain import Explainer
from edge_sched_ros.reporting.explaining.explain import sentences
from edge_sched_ros.reporting.explaining.worst import worst_jobs
from edge_sched_ros.reporting.html import charts
from edge_sched_ros.reporting.html.figures_of_run import RunFigures
from edge_sched_ros.reporting.html.figures_of_run import TaskFigures
from edge_sched_ros.reporting.html.figures_of_run import verdict
from edge_sched_ros.reporting.html.figures_of_run import verdict_of_all
from edge_sched_ros.reporting.html.page_parts import SCRIPT
from edge_sched_ros.reporting.html.page_parts import STYLE
from edge_sched_ros.reporting.html.pictures import pictures_html
from edge_sched_ros.reporting.html.pictures import ShownPicture
from edge_sched_ros.reporting.html.windows import bars_of
from edge_sched_ros.reporting.html.windows import windows_of
from edge_sched_ros.tracing.run import RecordedRun

#: number of jobs that are explained, over all runs
_WORST = 10
#: explanations of a run that may simulate long times, so that pages are made in seconds
_FAR = 1
_CHARTS = {
    'Answers against deadlines': 'responses',
    'Misses over time': 'misses',
    'Busy units': 'busy',
}
#: how a deadline is drawn among bars
_MARK = ' class=mark'
_NOTHING = '<p>There was none.</p>'


def report(
    runs: Sequence[RecordedRun], pictures: Mapping[str, Sequence[ShownPicture]] | None = None
) -> str:
    """
    Return the page.

    :param pictures: to show beside runs, by the title of the run
    :raises MissingLibraryError: without the package bokeh
    """
    need('bokeh')
    from bokeh.embed import components
    from bokeh.resources import Resources

    titles = titles_of(runs)
    figures = {title: RunFigures(run) for title, run in zip(titles, runs)}
    each = max(1, _WORST // len(runs))
    windows, models, parts = [], {}, []
    for number, (title, run) in enumerate(zip(titles, runs)):
        worst = worst_jobs(run, each)
        chosen = windows_of(run, worst)
        bars = [bars_of(run, window) for window in chosen]
        windows.append(bars)
        models[f'gantt{number}'] = charts.gantt(run, bars[0], number)
        models[f'responses{number}'] = charts.responses(figures[title])
        models[f'misses{number}'] = charts.misses(run)
        models[f'busy{number}'] = charts.busy(run)
        explainer = Explainer(run, far=_FAR)
        told = [sentences(explainer.explain(job)) for job in worst]
        shown = {window.job: index for index, window in enumerate(chosen)}
        places = [shown[job.job] for job in worst]
        titles_of_windows = [window.title for window in chosen]
        beside = len(runs) > 1
        seen = pictures_html((pictures or {}).get(title, ()))
        parts.append(
            (title, run, figures[title], number, titles_of_windows, told, places, beside, seen)
        )
    # bokeh warns of charts without content
    models = {key: chart for key, chart in models.items() if chart.renderers}
    script, divs = components(models, wrap_script=False)
    library = Resources(mode='inline', components=['bokeh']).js_raw
    body = ''.join(_run(*part, divs) for part in parts)
    head = 'Report of ' + ', '.join(titles)
    # a name with </script> in it must not end the script
    data = json.dumps(windows, separators=(',', ':')).replace('</', '<\\/')
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{escape(head)}</title><link rel="icon" href="data:,"><style>{STYLE}</style>'
        f'</head><body><header class="controls"><h1>{escape(head)}</h1>'
        '<button id="theme" type="button">Dark</button></header>'
        f'<p class="verdict">{escape(verdict_of_all(figures))}</p>{_side_by_side(figures)}'
        f'<main class="runs">{body}</main><footer>Made by edge-sched report.</footer>'
        f'<script type="application/json" id="windows">{data}</script>'
        f'{"".join(f"<script>{text}</script>" for text in library)}'
        f'<script>{script}</script><script>{SCRIPT}</script></body></html>\n'
    )


def titles_of(runs: Sequence[RecordedRun]) -> list[str]:
    """Return a title for each run; runs with the same name get numbers."""
    names = [run.name for run in runs]
    seen: dict[str, int] = {}
    found = []
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        found.append(name if names.count(name) == 1 else f'{name} ({seen[name]})')
    return found


def _side_by_side(figures: dict[str, RunFigures]) -> str:
    if len(figures) == 1:
        return ''
    tasks = list(dict.fromkeys(name for one in figures.values() for name in one.tasks))
    rows = [
        (
            title,
            _share(one),
            *(_share(one.tasks[name]) if name in one.tasks else '' for name in tasks),
            _joules(sum(unit.energy_mj for unit in one.units.values())),
        )
        for title, one in figures.items()
    ]
    return _table(('run', 'on time', *tasks, 'J of stages'), rows)


def _run(
    title: str,
    run: RecordedRun,
    figures: RunFigures,
    number: int,
    windows: list[str],
    told: list[list[str]],
    places: list[int],
    beside: bool,
    seen: str,
    divs: dict[str, Any],
) -> str:
    lacks = f' {run.incomplete[0].upper()}{run.incomplete[1:]}.' if run.incomplete else ''
    said = f'<b>{escape(verdict(figures))}</b> ' if beside else ''
    about = f'Policy {run.setup.policy}, {run.seconds:.1f} s, {len(run.jobs)} jobs.{lacks}'
    options = ''.join(
        f'<option value="{index}">{escape(text)}</option>' for index, text in enumerate(windows)
    )
    buttons = ''.join(
        f'<button type="button" data-run="{number}" data-move="{shift}" data-zoom="{zoom}">'
        f'{text}</button>'
        for text, shift, zoom in (
            ('Earlier', -0.5, 1), ('Later', 0.5, 1), ('Closer', 0, 0.5), ('Wider', 0, 2),
        )
    )  # fmt: skip
    colours = _legend('Stages on units:', charts.colours_of(list(run.setup.tasks)))
    outcomes = _legend('Jobs of tasks:', charts.OUTCOME_COLOURS, 'deadline')
    worst = ''.join(
        f'<details{" open" if not index else ""}><summary>{escape(lines[0])}</summary>'
        f'{"".join(f"<p>{escape(line)}</p>" for line in lines[1:])}'
        f'<p><button type="button" data-run="{number}" data-window="{place}">Show in the chart'
        '</button></p></details>'
        for index, (lines, place) in enumerate(zip(told, places))
    )
    shown = ''.join(
        f'<h3>{heading}</h3><div class="chart">{divs.get(f"{chart}{number}", _NOTHING)}</div>'
        for heading, chart in _CHARTS.items()
    )
    return (
        f'<section class="run"><h2>{escape(title)}</h2><p>{said}'
        f'{escape(about)}</p>{seen}{_tasks(figures)}{_units(figures, run)}'
        f'<h3>What ran when</h3><div class="controls"><label>Time: <select data-run="{number}" '
        f'id="window-{number}">{options}</select></label>{buttons}</div>'
        f'{colours}{outcomes}'
        f'<div class="chart" id="gantt-{number}">{divs[f"gantt{number}"]}</div>'
        f'{shown}'
        f'<h3>Worst jobs</h3>{worst or "<p>No job missed its deadline.</p>"}</section>'
    )


def _legend(of: str, colours: Mapping[str, str], marked: str = '') -> str:
    shown = ''.join(
        f'<span><i{_MARK if name == marked else ""} style="background:{colour}"></i>'
        f'{escape(name)}</span>'
        for name, colour in colours.items()
    )
    return f'<div class="legend"><span>{of}</span>{shown}</div>'


def _share(figures: RunFigures | TaskFigures) -> str:
    # nothing that has ended is not everything on time
    return f'{figures.on_time_share:.1%}' if figures.ended else ''


def _joules(energy_mj: float) -> str:
    return f'{energy_mj / 1e3:.2f}' if energy_mj else ''


def _tasks(figures: RunFigures) -> str:
    rows = []
    for task in figures.tasks.values():
        half, tail = task.percentile_ms(50), task.percentile_ms(99)
        rows.append(
            (
                task.name,
                _share(task),
                task.counts['on_time'],
                task.counts['late'],
                task.counts['dropped'],
                task.counts['failed'],
                f'{round(task.deadline_ms, 2):g}',
                '' if half is None else f'{half:.1f}',
                '' if tail is None else f'{tail:.1f}',
                ', '.join(f'{reason} {count}' for reason, count in task.reasons.items()),
            )
        )
    heads = ('task', 'share', 'on time', 'late', 'dropped', 'failed', 'deadline ms', 'p50 ms')
    return _table((*heads, 'p99 ms', 'why'), rows)


def _units(figures: RunFigures, run: RecordedRun) -> str:
    if not figures.units:
        return ''
    rows = [
        (
            unit.name,
            f'{unit.busy:.1%}',
            unit.stages,
            _joules(unit.energy_mj),
            f'{unit.energy_mj / 1e3 / run.seconds:.2f}' if unit.energy_mj and run.seconds else '',
        )
        for unit in figures.units.values()
    ]
    return _table(('unit', 'busy', 'stages', 'J of stages', 'W on average'), rows)


def _kind(head: str) -> str:
    return ' class=why' if head == 'why' else ''


def _table(heads: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    head = ''.join(f'<th scope="col"{_kind(text)}>{escape(text)}</th>' for text in heads)
    body = ''.join(
        '<tr>'
        + ''.join(
            f'<td{_kind(heads[index])}>{escape(str(cell))}</td>' for index, cell in enumerate(row)
        )
        + '</tr>'
        for row in rows
    )
    table = f'<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>'
    # it may scroll sideways, by keys, too
    return f'<div class="wide" tabindex="0">{table}</div>'
