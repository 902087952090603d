# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which trials there are: the whole matrix, or a slice of it."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace

from .kinds import KINDS, MODES
from .scenarios import SCENARIOS
from .trial import ALONE, ALONE_MODULE, IN_PROCESS, KILLED, KILLS, PLAYBOOK, SEVERAL, Baseline, Trial

Baselines = t.Mapping[str, Baseline]


_SEVERAL = (2, 3, 5)
# How many scenarios of the settings catalog a slice tries each kind of fault at.
_SCENARIOS_OF_A_KIND = 3


def whole(bases: Baselines, sample: int, several: int, chance: random.Random) -> list[Trial]:
    """Return every position x kind x mode in-process, every kill, a sample of the former by ansible-playbook, and
    ``several`` trials of each scenario with more than one fault.
    """
    every = _every(bases)
    by_playbook = [
        Trial(trial.scenario, trial.position, trial.kind, trial.mode, PLAYBOOK)
        for trial in chance.sample(every, min(sample, len(every)))
    ]
    # The slow ones first, so that the end is not one of them alone.
    return [*kills(bases), *by_playbook, *_several(every, several, chance), *every]


def part(bases: Baselines, chance: random.Random) -> list[Trial]:
    """Return one position for each scenario and kind, in turn with another mode, and two kills of the bulk run."""
    chosen: dict[tuple[str, str], Trial] = {}
    every = _every(bases)
    for trial in chance.sample(every, len(every)):
        chosen.setdefault((trial.scenario, trial.kind), trial)
    killed = [trial for trial in kills(bases) if trial.scenario == "bulk" and trial.way == KILLED]
    one_each = [chance.choice([trial for trial in killed if trial.kind == kind]) for kind in KILLS if killed]
    return [*one_each, *_several(every, 2, chance), *spread(list(chosen.values()))]


def spread(trials: t.Sequence[Trial]) -> list[Trial]:
    """Return trials with each kind at some of the scenarios of the settings catalog, all of which are tried alike.

    The wire and the engine are the same there, and each scenario of the other surface meets every kind.
    """
    names = sorted({trial.scenario for trial in trials if SCENARIOS[trial.scenario].catalog})
    kinds = list(KINDS)
    return [
        trial
        for trial in trials
        if trial.scenario not in names
        or (names.index(trial.scenario) + kinds.index(trial.kind)) % len(names) < _SCENARIOS_OF_A_KIND
    ]


def _several(every: t.Sequence[Trial], count: int, chance: random.Random) -> list[Trial]:
    """Return that many trials of each scenario in which two to five faults strike, drawn by chance."""
    made = []
    for name in dict.fromkeys(trial.scenario for trial in every):
        own = [trial for trial in every if trial.scenario == name and trial.mode == "once"]
        passing = [trial for trial in own if KINDS[trial.kind].passes]
        for _number in range(count):
            first, *others = [chance.choice(own), *chance.sample(passing, chance.choice(_SEVERAL) - 1)]
            more = tuple((other.position, other.kind) for other in others)
            made.append(replace(first, way=SEVERAL, more=more))
    return made


def _every(bases: Baselines) -> list[Trial]:
    return [
        Trial(name, place, kind.name, mode.name, IN_PROCESS)
        for name, base in bases.items()
        for place, position in enumerate(base.positions)
        for kind in KINDS.values()
        for mode in MODES.values()
        if position.suits(kind, mode)
    ]


def kills(bases: Baselines) -> list[Trial]:
    """Return a kill before and after the work of every write that is a request of its own, and of a part of a batch;
    then kills of the main process alone.

    The first write within each batch is left undone by the kill before its work, while the others are done.
    """
    trials = []
    for name, base in bases.items():
        request = -1
        for place, position in enumerate(base.positions):
            if position.on == "graph" and not position.inner:
                request += 1
            first = position.inner and not base.positions[place - 1].inner
            if position.writes and (first or not position.inner):
                trials += [Trial(name, place, kind, str(request), KILLED) for kind in KILLS]
    # What is left when the main process alone is killed is the same at each write, so one write of a scenario will do.
    one_each = {trial.scenario: trial for trial in reversed(trials) if trial.kind == KILLS[-1]}
    return [*trials, *(replace(trial, way=way) for trial in one_each.values() for way in (ALONE, ALONE_MODULE))]
