# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The results as Markdown."""

from __future__ import annotations

import os
import platform
import typing as t
from collections import Counter
from importlib.metadata import version
from pathlib import Path

from . import far
from .goals import DISTANCE, Goal, Results, find, net
from .sampled.sitecustomize import MODULE_PARTS
from .sections import Compared, Requests

_TEXT = """\
# Benchmark

Written by `make benchmark`. Whole processes are timed against the Graph emulator of this repository on loopback, so a
real tenant adds its own answer times to every request. The rows of a table run in turn, round by round, on the same
machine; a cell is the median, with the lowest and highest in brackets. Ratios are taken round by round.

* Machine: {machine}
* Versions: {versions}
* Rounds: {rounds}

## Policies

Each policy has 10 settings and one or two of 20 groups.

* **bare script**: `tests/benchmark/bare.py`, which sends the same requests by `requests`, with the same `$batch` use;
  whole process.
* **one task**: one task of `office_client_configs` with `wait: false`, on the fast path, without an empty play.
* **read back**: the same with `wait` (the default), which reads back what it wrote; the bare script does not.
* **loop, module**: `office_client_config` in a loop with `m365_fast_path: false`, without an empty play. It leaves
  groups alone, so it does less than the others.
* **loop, fast path**: the same loop on the fast path.
* **uri**: a playbook of `ansible.builtin.uri` that logs in, lists, compares and writes each policy and its groups,
  without an empty play.

The one task gets the policies as the text of a JSON file by `lookup`. As a list (`lookup | from_json`), and all the
more as variables from a file, Ansible's templating of each value comes on top; that is not measured here.

The last three run for at most {loop} policies and are scaled for more (marked *). That flatters the loops, since
each item lists the whole tenant.

{policies}

### From far away

The same, with answers that come {distance:.0f} ms later.

{distant}

{far}

## Where the processor goes

Processor seconds of whole runs and all their processes: samples of what each process is at while it computes, taken by
`tests/benchmark/sampled`. **one task** and **bare script** are for {profile_count:,} policies. The task has one
connection and does not read back what it writes. It does what the bare script does not: it checks its options, compares
each setting, plans, takes the fingerprint that an approval binds, and tells what it did. **one module** and **one uri**
are those of "One task, one policy", with a ready token. **backup** is for {profile_backup:,} policies, by one
connection. All but the bare script include the start of Ansible, which is the column **empty play**.

* **packing a module**: Ansible parses each file that a module may import, and packs these files into one program.
* **compiling a module**: the process of the module compiles what it imports, every time: nothing keeps its bytecode.
* **imports**: those of Python, Ansible, libraries and the collection, but for what is compiled.
* **engine**: comparing and planning, the same on both surfaces.

{profiles}

## Requests of one task

Counted by the emulator, against the formula: pages of the listing + batches of payloads and assignments + batches of
groups + `plan.write_requests` + what reads back the writes (`plan.wait_requests`, and the pages of
`plan.wait_listings`).

{requests}

## One task, one policy

| | seconds without an empty play |
|---|---|
| office_client_config, unchanged, as a module, with a ready token | {one_module} |
| its packing and its compiling alone, in seconds of the processor ("Where the processor goes") | {one_packed:.2f} |
| ansible.builtin.uri, one GET with the same token | {one_uri} |
| a module that has nothing but requests, the same GET | {one_by_requests} |
| office_client_config, as a module, with a login by client secret | {one_login} |
| office_client_config on the fast path, with a login by client secret | {one_fast} |

## Lint

Of {lint_count:,} policies of the settings catalog with 26 settings each, in as many files: by `extensions/lint.py`, and
by the entry point of the role.

{lint}

## Growth and memory

{growth}

Peak resident memory of the largest process at {memory_count:,} policies, no change:

{memory}

## Goals

{goals}
"""


def markdown(results: Results, requests: t.Sequence[Requests], goals: t.Sequence[Goal], rounds: int, loop: int) -> str:
    """Return the whole page."""
    return _TEXT.format(
        machine=_machine(),
        versions=_versions(),
        rounds=rounds,
        loop=loop,
        policies=_policies(results, loop),
        requests=_requests(requests),
        profile_count=results.one_task[-1].count,
        profile_backup=results.backups.count,
        profiles=_profiles(results),
        one_module=net(results.single, "one module").text(),
        one_packed=sum(results.profiles["one module"].get(part, 0.0) for part in MODULE_PARTS),
        distance=DISTANCE * 1000,
        distant=_distant(results),
        far=far.TEXT.format(
            unchanged=_table(*far.unchanged_rows(results.waits)),
            backups=_table(*far.backup_rows(results.backups)),
        ),
        one_fast=net(results.single, "one on the fast path with a login").text(),
        one_login=net(results.single, "one module with a login").text(),
        one_uri=net(results.single, "one uri").text(),
        one_by_requests=net(results.single, "one by requests").text(),
        lint_count=results.lint.count,
        lint=_table(
            ["", "seconds", "ratio to an empty play"],
            [
                [name, row.text(), row.over(results.lint.rows["empty"]).text()]
                for name, row in results.lint.rows.items()
            ],
        ),
        growth=_table(
            ["policies", "ms for each, without an empty play"],
            [[f"{count:,}", seconds.times(1000).text()] for count, seconds in results.growth.items()],
        ),
        memory_count=results.memory_count,
        memory=_table(["run", "MiB"], [[name, f"{peak:.0f}"] for name, peak in results.memory.items()]),
        goals=_table(["goal", "measured", ""], [[goal.text, goal.measured, goal.verdict] for goal in goals]),
    )


def _policies(results: Results, loop: int) -> str:
    head = [
        "",
        "policies",
        "empty play",
        "bare script",
        "one task",
        "ratio to bare",
        "read back",
        "loop, module",
        "loop, fast path",
        "uri",
    ]
    return _table(head, [_policies_row(results, found, loop) for found in results.one_task])


def _profiles(results: Results) -> str:
    columns = results.profiles
    everything = sum(map(Counter, columns.values()), Counter[str]())
    rows = [
        [part, *(f"{seconds.get(part, 0):.2f}" for seconds in columns.values())]
        for part, _all in everything.most_common()
    ]
    return _table(["", *columns], [*rows, ["all", *(f"{sum(seconds.values()):.2f}" for seconds in columns.values())]])


def _distant(results: Results) -> str:
    head = ["", "policies", "bare script", "one task", "ratio to bare", "read back"]
    return _table(head, [_beside_bare(found) for found in results.distant])


def _beside_bare(found: Compared) -> list[str]:
    one, bare = net(found, "one task"), found.rows["bare"]
    return [
        found.mode,
        f"{found.count:,}",
        bare.text(),
        one.text(),
        one.over(bare).text(),
        net(found, "read back").text(),
    ]


def _policies_row(results: Results, found: Compared, loop: int) -> list[str]:
    mode, count, *beside_bare = _beside_bare(found)
    row = [mode, count, found.rows["empty"].text(), *beside_bare]
    base = min(found.count, loop)
    loops = find(results.loops, found.mode, base)
    if loops is None:
        return [*row, "-", "-", "-"]
    mark = "" if base == found.count else "*"
    factor = found.count / base
    return [
        *row,
        *(net(loops, name).times(factor).text() + mark for name in ("loop, module", "loop, fast path", "uri")),
    ]


def _requests(requests: t.Sequence[Requests]) -> str:
    rows = [
        [
            found.mode,
            f"{found.count:,}",
            f"{found.pages} + {found.reads} + {found.groups} + {found.writes} + {found.wait} = {found.formula}",
            str(found.counted),
            "equal" if found.counted == found.formula else "DIFFERENT",
        ]
        for found in requests
    ]
    return _table(["", "policies", "formula", "counted", ""], rows)


def _table(head: t.Sequence[str], rows: t.Iterable[t.Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _machine() -> str:
    cpu = next(
        (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name")),
        platform.machine(),
    )
    memory = next((int(line.split()[1]) for line in _lines("/proc/meminfo") if line.startswith("MemTotal")), 0)
    return f"{os.cpu_count()} cores ({cpu}), {memory / 2**20:.0f} GiB, {platform.system()}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _versions() -> str:
    names = ("ansible-core", "requests", "msal", "uvicorn")
    return ", ".join([f"Python {platform.python_version()}", *(f"{name} {version(name)}" for name in names)])
