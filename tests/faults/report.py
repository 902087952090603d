# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The verdicts as Markdown."""

from __future__ import annotations

import typing as t
from collections import Counter

from .judge import COLUMNS
from .trial import ALONE, ALONE_MODULE, IN_PROCESS, KILLED, PLAYBOOK, SEVERAL, Baseline, Verdict

_TEXT = """\
# Faults

Written by `make faults`. Each scenario is one task against the Graph emulator of this repository. A trial is a run in
which one call (a login, a request, or a call within a batch) goes wrong in one way, once or for ever, or every call
from there on does; then a run without faults, which must reach what was asked for; then one more, which must change
nothing (a run that reached it in spite of the fault is followed by the last one only). Beside the task's policies the
tenant holds {bystanders} others that nobody may touch.

* **survived**: the run with the fault ended well, in the desired state. **refused**: it ended in one sentence with the
  object, the action, the cause and the next step. Trials of *{killed}* say nothing.
* **duplicates**: two policies with one name or number, or one that nobody asked for. **losses**: a policy, payload,
  group or other value that is neither the old nor the new one. **touched foreign**: a policy of somebody else that
  changed. These are looked for after every run, also the failed one.
* **unclear**: a failure without such a sentence. **untrue**: `changed` or a status that does not fit what was done.
  **not converged**, **not stable**: the second and the third run.
* *{killed}*: real `ansible-playbook` processes, killed (SIGKILL) while a write waits for its answer, before and after
  its work is done, also within a batch. *{alone}*: only the main process is; its workers and modules must end by
  themselves and send nothing more. *{playbook}*: trials like *{in_process}* by real processes. *{several}*: two
  to five faults in one run. Both are drawn with seed {seed}.

{table}

{total} trials, {runs} runs. Kinds: {kinds}.
"""


def markdown(bases: t.Mapping[str, Baseline], verdicts: t.Sequence[Verdict], seed: int) -> str:
    """Return the whole page."""
    bystanders = len(next(iter(bases.values())).case.bystanders)
    return _TEXT.format(
        bystanders=bystanders,
        killed=KILLED,
        alone=ALONE,
        playbook=PLAYBOOK,
        in_process=IN_PROCESS,
        several=SEVERAL,
        seed=seed,
        table=table(verdicts),
        total=f"{len(verdicts):,}",
        runs=f"{sum(verdict.runs for verdict in verdicts):,}",
        kinds=", ".join(dict.fromkeys(verdict.trial.kind for verdict in verdicts if verdict.trial.way == IN_PROCESS)),
    )


def table(verdicts: t.Sequence[Verdict]) -> str:
    """Return the table: one row for each scenario and way."""
    head = ["scenario", "", "positions", "kinds", "trials", "runs", "survived", "refused", *COLUMNS]
    rows: dict[tuple[str, str], list[Verdict]] = {}
    for way in (IN_PROCESS, SEVERAL, PLAYBOOK, KILLED, ALONE, ALONE_MODULE):
        for verdict in verdicts:
            if verdict.trial.way == way:
                rows.setdefault((verdict.trial.scenario, way), []).append(verdict)
    lines = [head, ["---"] * len(head), *([*key, *_cells(row)] for key, row in rows.items())]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _cells(verdicts: t.Sequence[Verdict]) -> list[str]:
    columns = Counter(column for verdict in verdicts for column in {item.column for item in verdict.violations})
    return [
        str(len({verdict.trial.position for verdict in verdicts})),
        str(len({verdict.trial.kind for verdict in verdicts})),
        str(len(verdicts)),
        str(sum(verdict.runs for verdict in verdicts)),
        str(sum(verdict.survived is True for verdict in verdicts)),
        str(sum(verdict.survived is False for verdict in verdicts)),
        *(str(columns[column]) for column in COLUMNS),
    ]
