# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Style and script of a report."""

from __future__ import annotations

STYLE = """
:root { color-scheme: light dark; --back: #ffffff; --text: #1b1f24; --line: #d5d9de;
  --soft: #f3f5f7; --bad: #b3400b; --good: #00694d; }
@media (prefers-color-scheme: dark) { :root:not([data-theme=light]) { --back: #14171a;
  --text: #e4e7ea; --line: #3a4148; --soft: #1f2429; --bad: #ff9a62; --good: #56d3a8; } }
:root[data-theme=dark] { color-scheme: dark; --back: #14171a; --text: #e4e7ea; --line: #3a4148;
  --soft: #1f2429; --bad: #ff9a62; --good: #56d3a8; }
:root[data-theme=light] { color-scheme: light; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 1500px; padding: 12px; background: var(--back);
  color: var(--text); font: 15px/1.45 system-ui, sans-serif; }
h1 { font-size: 1.3rem; margin: .3em 0; } h2 { font-size: 1.15rem; margin: 1.4em 0 .4em; }
h3 { font-size: 1rem; margin: 1.2em 0 .3em; }
.verdict { font-size: 1.1rem; font-weight: 600; }
.runs { display: grid; gap: 0 24px;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 480px), 1fr)); }
.run, .chart { min-width: 0; }
.wide { overflow-x: auto; margin-bottom: .8em; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; }
th, td { padding: 3px 8px; text-align: right; border-bottom: 1px solid var(--line);
  white-space: nowrap; }
th:first-child, td:first-child { text-align: left; }
th.why, td.why { text-align: left; white-space: normal; min-width: 16em; }
@media (max-width: 600px) { td.why { white-space: nowrap; } }
.bad { color: var(--bad); } .good { color: var(--good); }
.controls { display: flex; flex-wrap: wrap; gap: 6px; margin: 6px 0; align-items: center; }
button, select { font: inherit; padding: 5px 10px; border: 1px solid var(--line);
  border-radius: 6px; background: var(--soft); color: inherit; max-width: 100%; min-height: 34px; }
button:focus-visible, select:focus-visible, summary:focus-visible { outline: 3px solid #0072b2;
  outline-offset: 1px; }
details { border: 1px solid var(--line); border-radius: 6px; margin: 6px 0; padding: 4px 10px; }
summary { cursor: pointer; padding: 3px 0; }
details p { margin: .35em 0; overflow-wrap: anywhere; }
figure { margin: .6em 0; } figure img { width: 100%; max-width: 640px; height: auto; }
.legend span { display: inline-block; margin-right: 12px; } .legend i { display: inline-block;
  width: 11px; height: 11px; margin-right: 4px; border-radius: 2px; }
.legend i.mark { width: 2px; height: 14px; }
footer { margin-top: 2em; font-size: .85rem; opacity: .8; }
"""

SCRIPT = """
'use strict';
const WINDOWS = JSON.parse(document.getElementById('windows').textContent);
const root = document.documentElement;
function model(name) {
  for (const doc of Bokeh.documents) { const found = doc.get_model_by_name(name);
    if (found) return found; }
  return null;
}
function dark() {
  const set = root.dataset.theme;
  return set ? set === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches;
}
function colour() {
  const text = dark() ? '#e4e7ea' : '#1b1f24', line = dark() ? '#3a4148' : '#d5d9de';
  const back = dark() ? '#14171a' : '#ffffff';
  const models = Bokeh.documents.flatMap(
    (doc) => [...(doc.all_models ?? doc._all_models.values())]);
  for (const one of models) {
    if (one.type === 'Figure') one.setv({background_fill_color: back, border_fill_color: back,
      outline_line_color: line});
    else if (one.type.endsWith('Axis')) one.setv({axis_label_text_color: text,
      major_label_text_color: text, axis_line_color: line, major_tick_line_color: line,
      minor_tick_line_color: null});
    else if (one.type === 'Grid') one.setv({grid_line_color: line});
    else if (one.type === 'Legend') one.setv({label_text_color: text, background_fill_color: back,
      border_line_color: line});
  }
  document.getElementById('theme').textContent = dark() ? 'Light' : 'Dark';
}
function show(run, index) {
  const one = WINDOWS[run][index];
  for (const key of ['stages', 'jobs', 'due']) model(key + '-' + run).data = one[key];
  model('range-' + run).setv({start: one.begin, end: one.end});
  document.getElementById('window-' + run).value = String(index);
}
function move(run, shift, zoom) {
  const range = model('range-' + run), width = range.end - range.start;
  const middle = (range.start + range.end) / 2 + shift * width, half = width * zoom / 2;
  range.setv({start: middle - half, end: middle + half});
}
function ready() {
  colour();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', colour);
  document.getElementById('theme').addEventListener('click', () => {
    root.dataset.theme = dark() ? 'light' : 'dark'; colour(); });
  for (const one of document.querySelectorAll('select[data-run]'))
    one.addEventListener('change', () => show(Number(one.dataset.run), Number(one.value)));
  for (const one of document.querySelectorAll('button[data-move]'))
    one.addEventListener('click', () => move(Number(one.dataset.run), Number(one.dataset.move),
      Number(one.dataset.zoom)));
  for (const one of document.querySelectorAll('button[data-window]'))
    one.addEventListener('click', () => {
      show(Number(one.dataset.run), Number(one.dataset.window));
      document.getElementById('gantt-' + one.dataset.run).scrollIntoView({block: 'center'}); });
  root.dataset.ready = 'yes';
}
function wait() {
  if (typeof Bokeh !== 'undefined' && Bokeh.documents.length && model('range-0')) ready();
  else setTimeout(wait, 30);
}
wait();
"""
