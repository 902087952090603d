# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""office_setting_catalog over several connections: the same bytes as over one, whatever fails and is gone on with."""

from __future__ import annotations

import functools
import json
import tempfile
import threading
import typing as t
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.fetch import PARTS, path_of_part
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import Spoilt, run
from ansible_collections.m365.apps.tests.unit.modules import OFFICE_SETTING_CATALOG
from ansible_collections.m365.apps.tests.unit.setting_catalogs import ALL, FIRST, Tenant, begun, fetched
from ansible_collections.m365.apps.tests.unit.test_connections_properties import ThreadClock, without_made_up
from ansible_collections.m365.apps.tests.unit.test_graph_connections import PATIENCE, our_threads
from graph_emulator.wire import Call

EXAMPLES = (settings.default or settings()).max_examples // 2
JSON = {"Content-Type": "application/json"}
ENDED = Spoilt(400, b'{"error": {"code": "BadRequest", "message": "this link has ended"}}', JSON)
FAULTS = {
    "gone": Spoilt(503, b"{}", JSON),
    "cut": Spoilt(200, b'{"value": [{"id": "x', JSON),
    "forbidden": Spoilt(403, b'{"error": {"code": "Forbidden", "message": "no"}}', JSON),
    "ended": ENDED,
    "unreadable": Spoilt(200, b'{"value": [{"id": 3}]}', JSON),
}


@functools.cache
def part_of(target: str) -> str | None:
    """Return the part that a request reads."""
    return next((part for part in PARTS if part in unquote(target)), None)


@dataclass
class Faults:
    """What goes wrong, by part: what its pages from one on are answered with."""

    by_part: dict[str, tuple[str, int]] = field(default_factory=dict)
    _seen: dict[str, list[str]] = field(default_factory=dict)

    def spoil(self, call: Call, whole: Spoilt) -> Spoilt:
        part = part_of(call.target)
        if part is None or part not in self.by_part:
            return whole
        pages = self._seen.setdefault(part, [])
        if call.target not in pages:
            pages.append(call.target)
        kind, first = self.by_part[part]
        return FAULTS[kind] if pages.index(call.target) >= first else whole


@dataclass
class EndedLinks:
    """Page links of another run, of which these parts' do not work any more."""

    parts: t.Collection[str]
    _told: set[str] = field(default_factory=set)

    def spoil(self, call: Call, whole: Spoilt) -> Spoilt:
        part = part_of(call.target)
        if part is not None and part in self.parts and part not in self._told:
            self._told.add(part)
            return whole if call.target.endswith(path_of_part(part)) else ENDED
        return whole


class Meeting:
    """Serves one request at a time, after the first one not before so many were there at once."""

    def __init__(self, several: int) -> None:
        self.most = 0
        self._several = several
        self._there = self._came = 0
        self._lock = threading.Condition()

    def __enter__(self) -> None:
        self._lock.acquire()
        self._there += 1
        self._came += 1
        self.most = max(self.most, self._there)
        self._lock.notify_all()
        if self._came > 1:
            assert self._lock.wait_for(lambda: self.most >= self._several, PATIENCE), f"{self.most} at once"

    def __exit__(self, *_error: object) -> None:
        self._there -= 1
        self._lock.release()


@dataclass(frozen=True)
class Pages:
    """In what pages the definitions come."""

    size: int
    per_page: bool

    def tenant(self) -> Tenant:
        tenant = Tenant(page=self.size, per_page=self.per_page)
        tenant.clock = t.cast(t.Any, ThreadClock())
        return tenant

    @functools.cached_property
    def whole(self) -> tuple[bytes, Counter[str]]:
        """The file that one connection writes, and what it asks for."""
        with tempfile.TemporaryDirectory() as folder:
            path, tenant = old_file(folder), self.tenant()
            fetched(tenant, path, connections=1)
            return path.read_bytes(), asked(tenant)


PAGES = tuple(Pages(size, per_page) for size in (0, 1, 3) for per_page in (False, True))


def old_file(folder: str) -> Path:
    """Write the file that a run is to replace: it lacks a definition."""
    path = Path(folder) / "office.jsonl"
    begun(path, Tenant(*ALL[1:]))
    return path


def asked(tenant: Tenant) -> Counter[str]:
    return Counter(entry["path"] for entry in tenant.world.journal.entries)


def refresh(tenant: Tenant, path: Path, connections: int) -> str:
    """Run the module; return what it prints, whatever becomes of it."""
    result = run(tenant, OFFICE_SETTING_CATALOG, {"path": str(path), "connections": connections, "retry_timeout": 5})
    result.get("invocation", {}).get("module_args", {}).pop("connections", None)
    assert our_threads() == []
    return without_made_up(json.dumps(result)).replace(str(path.parent), "folder")


@pytest.mark.parametrize("pages", [PAGES[0], PAGES[2]])
def test_one_connection_reads_part_by_part(pages: Pages, tmp_path: Path) -> None:
    tenant = pages.tenant()
    fetched(tenant, tmp_path / "office.jsonl", **FIRST, connections=1)
    targets = [entry["path"] for entry in tenant.world.journal.entries]
    parts = [part_of(target) for target in targets]
    assert list(dict.fromkeys(parts)) == list(PARTS)
    assert parts == sorted(parts, key=lambda part: PARTS.index(str(part)))
    assert [target for target in targets if "skip" not in target] == [f"/beta{path_of_part(part)}" for part in PARTS]


@pytest.mark.parametrize("connections", [2, 4])
def test_several_parts_are_on_their_way_at_once(connections: int, tmp_path: Path) -> None:
    tenant = Pages(1, False).tenant()
    meeting = Meeting(connections)
    tenant._serving = t.cast(t.Any, meeting)
    fetched(tenant, tmp_path / "office.jsonl", **FIRST, connections=connections)
    assert meeting.most == connections
    assert asked(tenant) == Pages(1, False).whole[1]


def test_each_part_may_be_throttled_once(tmp_path: Path) -> None:
    throttled: set[str] = set()

    def spoil(call: Call, whole: Spoilt) -> Spoilt:
        if (part := part_of(call.target)) is None or part in throttled:
            return whole
        throttled.add(part)
        return Spoilt(429, b'{"error": {"code": "TooManyRequests", "message": "wait"}}', {**JSON, "Retry-After": "3"})

    tenant = Tenant(page=1)
    tenant.spoil = spoil
    path = old_file(str(tmp_path))
    fetched(tenant, path, connections=4)
    whole, requests = Pages(1, False).whole
    assert path.read_bytes() == whole
    assert asked(tenant) == requests + Counter(f"/beta{path_of_part(part)}" for part in PARTS)


BY_PART = st.dictionaries(
    st.sampled_from(PARTS), st.tuples(st.sampled_from(sorted(FAULTS)), st.integers(0, 2)), min_size=1, max_size=4
)


@settings(max_examples=EXAMPLES)
@given(
    st.sampled_from(PAGES),
    BY_PART,
    st.integers(2, 8),
    st.floats(0, 1),
    st.sampled_from([1, 4]),
    st.sets(st.sampled_from(PARTS), max_size=3),
)
def test_a_refresh_is_the_same_with_any_number_of_connections(
    pages: Pages, faults: dict[str, tuple[str, int]], connections: int, killed_at: float, then: int, ended: set[str]
) -> None:
    told: list[str] = []
    for count in (1, connections):
        with tempfile.TemporaryDirectory() as folder:
            path, tenant = old_file(folder), pages.tenant()
            tenant.spoil = Faults(faults).spoil
            told.append(refresh(tenant, path, count))
            if not path.with_name(f"{path.name}.part").exists():
                continue
            # A run that is killed leaves what it had written until then.
            part = path.with_name(f"{path.name}.part")
            part.write_bytes(part.read_bytes()[: round(part.stat().st_size * killed_at)])
            check_goes_on(pages, path, then, ended)
    assert told[0] == told[1]
    assert ('"failed": true' in told[0]) == any(reaches(pages, part, first) for part, (_kind, first) in faults.items())


def reaches(pages: Pages, part: str, page: int) -> bool:
    """Tell whether a part has so many pages that a fault from this one on is met."""
    return sum(part_of(target) == part for target in pages.whole[1]) > page


def check_goes_on(pages: Pages, path: Path, connections: int, ended: t.Collection[str]) -> None:
    """Check that the next run reads what is left, and writes the same file."""
    lines = path.with_name(f"{path.name}.part").read_bytes().split(b"\n")[1:-1]
    kept = Counter(part for line in lines for part in [json.loads(line)["part"]])
    tenant = pages.tenant()
    tenant.spoil = EndedLinks(ended).spoil
    result = fetched(tenant, path, connections=connections)
    assert our_threads() == []
    whole, requests = pages.whole
    assert path.read_bytes() == whole
    assert result["resumed_pages"] == sum(kept.values())
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    sent = asked(tenant)
    for part in PARTS:
        count = sum(number for target, number in sent.items() if part_of(target) == part)
        of_part = sum(number for target, number in requests.items() if part_of(target) == part)
        is_again = part in ended and 0 < kept[part] < of_part
        # A link that has ended costs one request, and its part is read from its beginning.
        assert count == (of_part + 1 if is_again else of_part - kept[part])
