# Copyright 2026 The edge_sched_ros authors
# SPDX-License-Identifier: Apache-2.0
"""Plug-ins of installed packages: found, imported when asked for, refused with a reason."""

from __future__ import annotations

import sys

import pytest
from distributions import POLICY

from edge_sched_ros.capacity.placement.registry import make_algorithm
from edge_sched_ros.capacity.placement.registry import PLACEMENT_ALGORITHMS
from edge_sched_ros.core.errors import ConfigError
from edge_sched_ros.execution.backends import ENGINES
from edge_sched_ros.execution.backends import PREPROCESSORS
from edge_sched_ros.perception.decoders.registry import DECODERS
from edge_sched_ros.perception.programs.registry import PROGRAMS
from edge_sched_ros.perception.trackers.registry import TRACKERS
from edge_sched_ros.plugins.installed import misplaced
from edge_sched_ros.plugins.listing import listed
from edge_sched_ros.plugins.policies import make_policy
from edge_sched_ros.plugins.policies import POLICIES
from edge_sched_ros.plugins.policies import policy_names

#: of each kind the least there can be
SOURCES = {
    'policies': POLICY,
    'placement_algorithms': """
from edge_sched_ros.capacity.placement.algorithms.base import Algorithm, Rejection
class Mine(Algorithm):
    name = 'mine'
    def choose(self, state, app, without=()):
        return Rejection('not today')
""",
    'decoders': """
from edge_sched_ros.perception.decoders.base import Decoder
class Mine(Decoder):
    output = 'detections'
    def decode(self, outputs, transform): ...
""",
    'programs': """
class Mine:
    stages, stateful, output = ('count',), False, 'none'
    def run(self, stage, context): return 0
    def set_option(self, name, value): ...
    def reset(self): ...
    def close(self): ...
""",
    'trackers': """
from edge_sched_ros.perception.trackers.base import Tracker
class Mine(Tracker):
    def update(self, found, vectors, frames=1.0): return found
    def reset(self): ...
    def start_over(self): ...
""",
    'engines': """
class Mine:
    name, kinds = 'mine', ('cpu',)
    def available(self): return True, ''
    def load(self, spec, unit=None): ...
""",
    'preprocessors': """
class Mine:
    name, kinds, ops = 'mine', ('cpu',), {'letterbox': ('cpu',)}
    def available(self): return True, ''
    def for_unit(self, unit): return self
    def vision(self): ...
    def prepare(self, image, spec): ...
    def crops(self, image, boxes_xyxy, spec): ...
    def close(self): ...
""",
}
REGISTRIES = {
    registry.kind.group: registry
    for registry in (
        POLICIES,
        PLACEMENT_ALGORITHMS,
        DECODERS,
        PROGRAMS,
        TRACKERS,
        ENGINES,
        PREPROCESSORS,
    )
}


def _listed(registry, name):
    return [one for one in listed(registry) if one.name == name]


@pytest.mark.parametrize('group', SOURCES)
def test_a_plug_in_is_imported_when_it_is_asked_for(installed, group):
    registry, module = REGISTRIES[group], f'of_{group}'
    installed('robot-things', {group: {'mine': f'{module}:Mine'}}, {module: SOURCES[group]})
    assert 'mine' in registry.names()
    assert registry.origins() == {'mine': 'robot-things 1.0'}
    registry.check_name('mine', 'key')
    assert module not in sys.modules
    assert registry.find('mine', 'key').__module__ == module
    (row,) = _listed(registry, 'mine')
    assert (row.origin, row.reference, row.problem) == ('robot-things 1.0', f'{module}:Mine', '')
    built_in = [one for one in listed(registry) if not one.origin]
    assert [one.name for one in built_in] == sorted(registry.built_in())
    # and without an entry point
    assert registry.find(f'{module}:Mine', 'key') is registry.find('mine', 'key')


def test_a_policy_is_made_with_its_own_parameters_and_those_of_dropping(installed):
    installed('p', {'policies': {'longest': 'of_longest:Mine'}}, {'of_longest': POLICY})
    for name in ('longest', 'of_longest:Mine'):
        made = make_policy(name, {'bonus_ms': 7, 'strict': True, 'most': 2.0})
        assert made.policy.values == (7.0, True, 2)
        dropping = make_policy(f'{name}+drop', {'margin_ms': 1, 'most': 4})
        assert dropping.name == 'mine+drop'
        for values, problem in (
            ({'bonus_ms': 101}, r'policy\.bonus_ms: must be a number from 0\.0 to 100\.0 for '),
            ({'most': 2.5}, r'policy\.most: must be a whole number for '),
            ({'bonus': 1}, rf'policy\.bonus: {name} has no such parameter \(it has: bonus_ms, '),
        ):
            with pytest.raises(ConfigError, match=problem):
                make_policy(name, values)
    assert {'longest', 'longest+drop'} <= set(policy_names())
    with pytest.raises(ConfigError, match="unknown policy 'longst'; did you mean 'longest'"):
        make_policy('longst', {})


def test_what_is_built_in_wins_and_the_clash_is_told(installed, caplog):
    installed('usurper', {'policies': {'edf': 'of_usurper:Mine'}}, {'of_usurper': POLICY})
    assert type(make_policy('edf', {})).__module__ == 'edge_sched_ros.policies.edf'
    make_policy('edf', {})
    assert caplog.text.count('policy edf is the built-in one, not that of usurper 1.0') == 1
    assert [one.problem for one in _listed(POLICIES, 'edf')] == [
        '',
        'not used: the built-in one of that name is',
    ]
    assert 'of_usurper' not in sys.modules


def test_two_packages_with_one_name_are_both_named_and_refused(installed):
    installed('one', {'policies': {'twin': 'of_one:Mine'}}, {'of_one': POLICY})
    installed('two', {'policies': {'twin': 'of_two:Mine'}}, {'of_two': POLICY})
    several = r'several packages, one 1\.0 \(of_one:Mine\) and two 1\.0 \(of_two:Mine\): uninst'
    with pytest.raises(ConfigError, match=f"policy: 'twin' is declared by {several}"):
        make_policy('twin', {})
    assert len(_listed(POLICIES, 'twin')) == 2
    assert all(
        'is declared by several packages' in one.problem for one in _listed(POLICIES, 'twin')
    )
    assert make_policy('of_two:Mine', {})


BROKEN = [
    ('', 'nowhere:Mine', "nowhere: cannot be imported: ModuleNotFoundError: No module named 'now"),
    ('def of(:', '', '{m}: cannot be imported: SyntaxError'),
    ('import sys; sys.exit(3)', '', '{m}: cannot be imported: SystemExit: 3'),
    ('class Min: pass', '', r"{m}: has no 'Mine'; did you mean 'Min'\? \(its classes: Min\)"),
    (
        'Mine = 3',
        '',
        '{m}:Mine is not a class but of type int: it must be a class and derive from ',
    ),
    (
        'class Mine: pass',
        '',
        '{m}:Mine has no decide, name, parameters, asks_when_busy: it must derive from '
        'edge_sched_ros.Policy',
    ),
    (
        'from edge_sched_ros.core.policy import Policy\nclass Mine(Policy):\n    name = "mine"',
        '',
        '{m}:Mine has no decide$',
    ),
    (
        POLICY.replace('parameters = (', 'parameters = ("gain",'),
        '',
        "not a PolicyParameter but 'gain'",
    ),
    (POLICY.replace('5.0, 0.0', '500.0, 0.0'), '', "'bonus_ms' whose default must be from 0.0 to"),
    (
        POLICY.replace('5.0, 0.0', "5.0, '0'"),
        '',
        "'bonus_ms' whose range must be two numbers, not ",
    ),
    (POLICY.replace('0.0, 100.0', '9.0, 1.0'), '', 'whose range from 9.0 to 1.0 is empty'),
    (POLICY.replace('5.0, 0.0', "'5', 0.0"), '', 'whose default must be a number, true or false'),
    (POLICY.replace("'strict'", "'margin_ms'"), '', "'margin_ms' of another type than that of"),
    (POLICY.replace("'strict'", "'plan'"), '', "'plan' as policies have that follow a plan"),
    (POLICY.replace("'strict'", "'most'"), '', "has the parameter 'most' twice"),
    (POLICY.replace("'strict'", "'a b'"), '', "'a b' whose name is not of letters, digits and _"),
    (
        POLICY.replace('False, 0', 'None, 0'),
        '',
        "'strict' whose default must be a number, true or",
    ),
    (
        'class Meta(type):\n    def __getattr__(self, name): raise OSError("no\\n  disk")\n'
        'class Mine(metaclass=Meta): pass',
        '',
        '{m}:Mine has a declaration that cannot be read: OSError: no disk',
    ),
]


@pytest.mark.parametrize('index', range(len(BROKEN)))
def test_a_broken_plug_in_is_named_with_its_reason_and_hurts_nobody(installed, index):
    source, reference, problem = BROKEN[index]
    module = f'broken_{index}'
    reference, problem = reference or f'{module}:Mine', problem.format(m=module)
    installed('bad', {'policies': {'sad': reference}}, {module: source})
    installed('good', {'policies': {'glad': f'glad_{index}:Mine'}}, {f'glad_{index}': POLICY})
    assert {'sad', 'glad'} <= set(policy_names())
    with pytest.raises(
        ConfigError,
        match=rf"^policy: 'sad' of bad 1\.0 \({reference}\) cannot be used: .*{problem}",
    ):
        make_policy('sad+drop', {})
    if source:
        with pytest.raises(ConfigError, match=rf'^policy: .*{problem}'):
            make_policy(reference, {})
    (row,) = _listed(POLICIES, 'sad')
    assert row.problem and '\n' not in row.problem
    assert _listed(POLICIES, 'glad')[0].problem == ''
    assert make_policy('glad', {}).name == 'mine'


OPTIONS = 'from edge_sched_ros.plugins.options import Option\n'


@pytest.mark.parametrize('group', ['engines', 'preprocessors', 'placement_algorithms'])
@pytest.mark.parametrize(
    ('options', 'problem'),
    [
        ('[]', 'has options that are not a tuple but of type list'),
        ("('gain',)", "has an option that is not an Option but 'gain'"),
        ("(Option('a b', 1, ''),)", "has an option 'a b' whose name is not of letters, digits"),
        ("(Option('a', None, ''),)", "'a' whose default must be a number, text, true or false, "),
        ("(Option('a', 9, '', 0, 5),)", "'a' whose default must be a whole number from 0 to 5, n"),
        ("(Option('a', 1, '', '0'),)", "'a' whose range must be two numbers, not"),
        ("(Option('a', 'x', '', choices=('y',)),)", "'a' whose default must be one of y, not 'x'"),
        ("(Option('a', 'x', '', choices=['x']),)", "'a' whose choices must be a tuple of texts, "),
        ("(Option('a', 1, ''), Option('a', 2, ''))", "has the option 'a' twice"),
    ],
)
def test_options_that_cannot_be_used_are_told(installed, group, options, problem):
    source = OPTIONS + SOURCES[group].replace(
        '\n    def', f'\n    options = {options}\n    def', 1
    )
    installed('p', {group: {'mine': 'of_options:Mine'}}, {'of_options': source})
    with pytest.raises(ConfigError) as caught:
        REGISTRIES[group].find('mine', 'key')
    assert problem in str(caught.value) and 'cannot be used' in str(caught.value)


def test_what_cannot_be_made_is_one_line(installed):
    installed(
        'p',
        {'policies': {'stubborn': 'of_stubborn:Mine'}},
        {'of_stubborn': POLICY.replace('self.values = ', 'raise KeyError')},
    )
    with pytest.raises(ConfigError, match="policy: 'stubborn' cannot be made: KeyError"):
        make_policy('stubborn', {})


@pytest.mark.parametrize('name', ['a.b', 'edf+drop', 'a b', 'é'])
def test_a_name_that_could_not_be_used_in_parameters_is_told(installed, name):
    installed('odd', {'policies': {name: 'of_odd:Mine'}})
    assert name == 'edf+drop' or name not in POLICIES.names()
    (row,) = _listed(POLICIES, name)
    assert row.problem == f"the name '{name}' must be letters, digits, _ and -"


def test_names_that_mean_something_else_are_told(installed):
    installed('odd', {'placement_algorithms': {'optimum': 'x:Y'}, 'engines': {'auto': 'x:Y'}})
    for registry, name in ((PLACEMENT_ALGORITHMS, 'optimum'), (ENGINES, 'auto')):
        assert name not in registry.names()
        assert _listed(registry, name)[0].problem == f"the name '{name}' is reserved"
    with pytest.raises(
        ConfigError, match="key: unknown placement algorithm 'optimm'; did you mean"
    ):
        make_algorithm('optimm', 'key')


def test_what_is_declared_in_vain_is_told(installed):
    groups = [registry.kind.entry_points for registry in REGISTRIES.values()]
    before = misplaced(groups)
    installed('garbled', '[edge_sched_ros.policies]\nmine of_mine:Mine\n')
    installed('typo', {'polices': {'mine': 'of_mine:Mine'}})
    installed('unrelated', '[console_scripts]\nx = y:z\n')
    garbled, typo = (one for one in misplaced(groups) if one not in before)
    assert garbled.package == 'garbled' and 'entry_points.txt cannot be read' in garbled.problem
    assert typo.problem == (
        "'edge_sched_ros.polices' is not a group of plug-ins; "
        "did you mean 'edge_sched_ros.policies'?"
    )


def test_of_two_versions_on_the_path_the_first_counts(installed):
    installed('twice', {'policies': {'old': 'of_old:Mine'}}, {'of_old': POLICY})
    installed('twice', {'policies': {'new': 'of_new:Mine'}}, {'of_new': POLICY}, version='2.0')
    assert POLICIES.origins() == {'new': 'twice 2.0'}


def test_a_package_without_metadata_is_still_named(installed, tmp_path):
    folder = installed('bare', {'policies': {'mine': 'of_bare:Mine'}}, {'of_bare': POLICY})
    (folder / 'bare-1.0.dist-info' / 'METADATA').unlink()
    assert POLICIES.find('mine', 'key').__module__ == 'of_bare'
    (row,) = _listed(POLICIES, 'mine')
    assert row.origin


def test_a_package_that_is_on_the_path_twice_is_one(installed, tmp_path, monkeypatch):
    folder = installed('my-robot', {'policies': {'mine': 'of_twice:Mine'}}, {'of_twice': POLICY})
    (tmp_path / 'lib64').symlink_to(folder)
    monkeypatch.syspath_prepend(str(tmp_path / 'lib64'))
    # as a workspace has it that was built with links
    copy = installed('copied', {'policies': {'mine': 'of_twice:Mine'}}, {'of_twice': POLICY})
    (copy / 'copied-1.0.dist-info').rename(copy / 'my_robot.egg-info')
    info = copy / 'my_robot.egg-info'
    metadata = (info / 'METADATA').read_text().replace('copied', 'my-robot')
    (info / 'PKG-INFO').write_text(metadata)
    (info / 'METADATA').unlink()
    assert POLICIES.origins() == {'mine': 'my-robot 1.0'}
    assert make_policy('mine', {}).name == 'mine'
    assert len(_listed(POLICIES, 'mine')) == 1
