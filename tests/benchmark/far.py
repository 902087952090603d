# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user waits for who is far away from Graph: on both surfaces, by one connection and several, and by others."""

from __future__ import annotations

import math
import typing as t
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ansible_collections.m365.apps.tests.runners.backup_tool import backup_command, sent_to

from . import tenant
from .measure import Series, alternate, run
from .rig import Command, Rig

OFFICE, CATALOG = "office_configuration", "settings_catalog"
PEER = "IntuneCD"
_EMPTY = "empty"
CONNECTIONS = (1, 4, 8)

TEXT = """\
What a run without change takes, on both surfaces and by several numbers of connections, without an empty play. The bare
script has one connection. Policies of the settings catalog have two settings here.

{unchanged}

A backup of policies of the settings catalog, as a whole process: `m365.apps.backup`, and `IntuneCD-startbackup -m 1`,
which is told to leave out what the emulator does not serve (`-e`, in `tests/runners/backup_tool.py`). It runs in a venv
of its own (`tests/backup-tool.txt`), and Microsoft's hosts in its requests are replaced by the emulator's.

The last column is the least that a backup by this collection can take: an empty play, and the answers that it waits
for one after the other. The first page of the list comes before all other answers, and the names of groups after them.
In between, as many answers come at once as there are connections.

{backups}"""


@dataclass(frozen=True)
class Far:
    """Rows that ran side by side with answers that came so many seconds later, and the requests of each."""

    surface: str
    count: int
    seconds: float
    rows: t.Mapping[str, Series]
    requests: t.Mapping[str, int]


def row_of(connections: int) -> str:
    """Return the name of a row."""
    return f"{connections} connection{'s' if connections > 1 else ''}"


def unchanged(rig: Rig, surface: str, count: int, seconds: float, rounds: int) -> Far:
    """Run one task that changes nothing with each number of connections, beside the bare script where that can."""
    rows = {_EMPTY: rig.play("empty"), **({"bare": rig.bare()} if surface == OFFICE else {})}
    for number in CONNECTIONS:
        rows[row_of(number)] = rig.play("many", surface=surface, connections=str(number))
    if surface == OFFICE:
        rig.prepare(count, count)
    else:
        rig.prepare_catalog(count)
    return _compared(rig, Far(surface, count, seconds, {}, {}), rounds, {name: (row, {}) for name, row in rows.items()})


def backups(rig: Rig, count: int, seconds: float, rounds: int, peer: Path | None) -> Far:
    """Run backups of the settings catalog, beside IntuneCD's where ``peer`` has its programs."""
    rig.prepare_catalog(count)
    rows: dict[str, tuple[Command, dict[str, str]]] = {
        _EMPTY: (rig.play("empty"), {}),
        **{row_of(number): (rig.backup(f"backup-{number}", number), {}) for number in CONNECTIONS},
    }
    if peer is not None:
        folder = rig.folder / "peer"
        folder.mkdir(exist_ok=True)
        login = {"TENANT_NAME": tenant.TENANT_ID, "CLIENT_ID": tenant.CLIENT_ID, "CLIENT_SECRET": tenant.CLIENT_SECRET}
        ready = rig.emulator.ready
        rows[PEER] = (
            backup_command(peer, folder),
            {"HOME": str(rig.folder), **login, **sent_to(ready["graph_url"], ready["ca_path"])},
        )
    found = _compared(rig, Far(CATALOG, count, seconds, {}, {}), rounds, rows)
    if peer is not None and len(list((rig.folder / "peer").glob("Settings Catalog/*.json"))) != count:
        raise RuntimeError(f"{PEER} did not back up the {count} policies that are there")
    return found


def _compared(rig: Rig, plan: Far, rounds: int, rows: t.Mapping[str, tuple[Command, t.Mapping[str, str]]]) -> Far:
    requests: dict[str, int] = {}

    def timed(name: str) -> float:
        command, more = rows[name]
        rig.clear_journal()
        rig.clear_backups()
        seconds = run(command, {**rig.env, **more})
        requests[name] = rig.requests()
        if rig.writes():
            raise RuntimeError(f"{name} wrote to a tenant that needs no change")
        return seconds

    with rig.distant(plan.seconds):
        found = alternate(rounds, {name: partial(timed, name) for name in rows})
    return Far(plan.surface, plan.count, plan.seconds, found, requests)


def unchanged_rows(found: t.Sequence[Far]) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of the table of runs without change."""
    head = ["", "policies", "answers later by", "bare script", *map(row_of, CONNECTIONS), "4 to bare", "requests"]
    return head, [_unchanged_row(each) for each in found]


def _unchanged_row(found: Far) -> list[str]:
    bare, four = found.rows.get("bare"), net(found, row_of(4))
    return [
        found.surface,
        f"{found.count:,}",
        f"{found.seconds * 1000:.0f} ms",
        bare.text() if bare else "-",
        *(net(found, row_of(number)).text() for number in CONNECTIONS),
        four.over(bare).text() if bare else "-",
        _same(found.requests[row_of(number)] for number in CONNECTIONS),
    ]


def _same(counts: t.Iterable[int]) -> str:
    return " / ".join(map(str, sorted(set(counts))))


def backup_rows(found: Far) -> tuple[list[str], list[list[str]]]:
    """Return the head and the rows of the table of backups."""
    head = [f"{found.count:,} policies, answers later by {found.seconds * 1000:.0f} ms", "seconds", "requests", "floor"]
    floors = {row_of(number): f"{_floor(found, number):.2f}" for number in CONNECTIONS}
    rows = [
        [name, row.text(), str(found.requests[name]), floors.get(name, "-")]
        for name, row in found.rows.items()
        if name != _EMPTY
    ]
    return head, rows


def _floor(found: Far, connections: int) -> float:
    """Return the seconds of an empty play and of the answers that a backup waits for one after the other."""
    at_once = found.requests[row_of(connections)] - 2
    return found.rows[_EMPTY].median + (2 + math.ceil(at_once / connections)) * found.seconds


def net(found: Far, row: str) -> Series:
    """Return a row without the empty play of the same round."""
    return found.rows[row].less(found.rows[_EMPTY])
