# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The tenant as it was before the first request of a trace, as far as its reads tell: a state for the emulator."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.m365.apps.plugins.module_utils._trace.documents import BASE64
from graph_emulator.catalog_state import READ
from graph_emulator.graph.catalog.references import FILTER_DEFAULTS, TAG_DEFAULTS
from graph_emulator.graph.schema import CHECKIN_STATUS
from graph_emulator.tenants import PAYLOADS

from .reading import GUID, Call, single_calls
from .statuses import REPORTS, Statuses

Json = dict[str, Any]
CATALOG = ["deviceManagement", "configurationPolicies"]
OFFICE = ["officeConfiguration", "clientConfigurations"]
OFFICE_KEYS = ("id", "@odata.type", "displayName", "description", "priority", "lastModifiedDateTime")
SUMMARY = ("succeededUserCount", "failedUserCount")
# Parts of a policy that have a path of their own, or come by $expand.
PARTS = ("settings", "assignments", *PAYLOADS)
METADATA = "metadata"
# The id of what is behind the last page that was read: a link says that there is more.
UNREAD = "0a0a0a0a-0000-4000-8000-00000000ffff"
WRITTEN = {"PATCH": (METADATA,), "PUT": (METADATA, "settings"), "DELETE": (METADATA, *PARTS)}


@dataclass
class Shown:
    """What reads have shown so far of the policies of one surface, before the trace's own writes."""

    policies: dict[str, Json] = field(default_factory=dict)
    # Ids that the trace created, and (id, part) that it wrote: what is read of these later was not there before.
    made: set[str] = field(default_factory=set)
    written: set[tuple[str, str]] = field(default_factory=set)
    # Whether the list took more than one page: then its order decides what is on which.
    paged: bool = False

    def show(self, key: str, part: str, values: Mapping[str, Any]) -> None:
        """Note what a read shows of a part of a policy, the first time."""
        key = key.lower()
        if key in self.made or (key, part) in self.written:
            return
        policy = self.policies.setdefault(key, {"id": key})
        for name, value in values.items():
            policy.setdefault(name, value)

    def write(self, key: str, parts: Iterable[str]) -> None:
        """Note a write of parts of a policy, which was there."""
        if key.lower() not in self.made:
            self.policies.setdefault(key.lower(), {"id": key.lower()})
        self.written |= {(key.lower(), part) for part in parts}


@dataclass
class Seed:
    """A tenant in the making."""

    catalog: Shown = field(default_factory=Shown)
    office: Shown = field(default_factory=Shown)
    groups: dict[str, Json] = field(default_factory=dict)
    filters: dict[str, Json] = field(default_factory=dict)
    tags: dict[str, Json] = field(default_factory=dict)
    statuses: Statuses = field(default_factory=Statuses)
    checkins: Json = field(default_factory=dict)
    # Collections that were read to their end, and those of which only the beginning was.
    whole: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)

    def read(self, call: Call) -> None:
        """Note what one call tells of the tenant."""
        document, segments = call.document, call.segments
        fine = call.status is not None and 200 <= call.status < 300
        for surface, prefix, names in ((self.catalog, CATALOG, _catalog_values), (self.office, OFFICE, _office_values)):
            if segments[:2] == prefix and fine:
                _read_policies(surface, call, segments[2:], names)
        if not fine or not isinstance(document, dict):
            return
        if isinstance(document.get("value"), list) and call.method == "GET":
            (self.begun if "@odata.nextLink" in document else self.whole).add("/".join(segments))
        for item in items_of(document):
            reader = _READERS.get("/".join(segments[:2])) or _READERS.get(segments[0])
            if reader is not None:
                reader(self, item)
        if segments == OFFICE[:1]:
            self._read_checkins(document)
        if segments[:2] == REPORTS:
            self.statuses.read(call)

    def _read_checkins(self, document: Json) -> None:
        summary = document.get("tenantUserCheckinSummary")
        if isinstance(summary, dict):
            self.checkins.setdefault("tenantUserCheckinSummary", _only(summary, SUMMARY))
        statuses = document.get("tenantCheckinStatuses")
        if isinstance(statuses, list):
            self.checkins.setdefault("tenantCheckinStatuses", [_only(each, CHECKIN_STATUS) for each in statuses])

    def state(self) -> Json:
        """The tenant, without apps and settings."""
        more = self.begun - self.whole
        for surface, path in ((self.office, OFFICE), (self.catalog, CATALOG)):
            if "/".join(path) in more:
                surface.policies[UNREAD] = {"id": UNREAD}
        unread = [{"id": UNREAD, "displayName": "One that was not read"}] if "groups" in more else []
        return {
            "policies": [_office_policy(policy) for policy in self.office.policies.values()],
            "groups": [*self.groups.values(), *unread],
            "catalog_policies": _catalog_policies(self.catalog),
            "assignment_filters": list(self.filters.values()),
            "scope_tags": list(self.tags.values()),
            "device_statuses": self.statuses.state(),
            **self.checkins,
        }


def seed_of(calls: list[Call]) -> Json:
    """The tenant that the calls tell of, for the state of the emulator."""
    seed = Seed()
    for call in single_calls(calls):
        seed.read(call)
    return seed.state()


def items_of(document: Json) -> list[Json]:
    """The entities of an answer: those of a collection, or the one that it is."""
    value = document.get("value")
    items = value if isinstance(value, list) else [value if isinstance(value, dict) else document]
    return [item for item in items if isinstance(item, dict) and isinstance(item.get("id"), str)]


def _only(item: Any, names: Iterable[str]) -> Json:
    return {name: item[name] for name in names if isinstance(item, dict) and item.get(name) is not None}


def _catalog_values(item: Json) -> Json:
    return {name: item[name] for name in (*READ, "settingCount") if name in item and name not in PARTS}


def _office_values(item: Json) -> Json:
    values = {name: item[name] for name in OFFICE_KEYS if item.get(name) is not None}
    statuses, summary = item.get("checkinStatuses"), item.get("userCheckinSummary")
    if isinstance(statuses, list):
        values["checkinStatuses"] = [_only(each, CHECKIN_STATUS) for each in statuses]
    return {**values, **({"userCheckinSummary": _only(summary, SUMMARY)} if isinstance(summary, dict) else {})}


def _read_policies(surface: Shown, call: Call, rest: list[str], values: Callable[[Json], Json]) -> None:
    """Note what a call to the policies of a surface reads, creates or writes."""
    document = call.document if isinstance(call.document, dict) else {}
    if call.method == "GET" and len(rest) < 2:
        surface.paged = surface.paged or (not rest and "@odata.nextLink" in document)
        for item in items_of(document):
            surface.show(item["id"], METADATA, values(item))
            # $expand shows the assignments of one policy as none, whatever they are.
            for part in ("settings", *(() if rest else ("assignments",)), *PAYLOADS):
                if part in item:
                    surface.show(item["id"], part, {part: _unpacked(item[part])})
    elif call.method == "GET" and rest[1] in PARTS and len(rest) == 2:
        payload = (call.answer or {}).get("payload", _unpacked(call.document))
        surface.show(rest[0], rest[1], {rest[1]: payload if rest[1] in PAYLOADS else document.get("value")})
    elif call.method == "POST" and not rest and isinstance(document.get("id"), str):
        surface.made.add(document["id"].lower())
    elif rest and GUID.fullmatch(rest[0]):
        _note_write(surface, call, rest)


def _note_write(surface: Shown, call: Call, rest: list[str]) -> None:
    action = rest[1].rpartition(".")[2] if len(rest) > 1 else ""
    if action in PAYLOADS:
        surface.write(rest[0], (action,))
    elif action in ("assign", "assignments"):
        surface.write(rest[0], ("assignments",))
    elif not action:
        surface.write(rest[0], WRITTEN.get(call.method, ()))


def _unpacked(value: Any) -> Any:
    return value[BASE64] if isinstance(value, dict) and BASE64 in value else value


def _office_policy(policy: Json) -> Json:
    known = (*OFFICE_KEYS, *PAYLOADS, "checkinStatuses", "userCheckinSummary")
    assignments = [
        {"id": each["id"], "groupId": each["target"]["groupId"]}
        for each in policy.get("assignments") or ()
        if isinstance(each.get("target"), dict) and each["target"].get("groupId")
    ]
    return {**{name: policy[name] for name in known if policy.get(name) is not None}, "assignments": assignments}


def _catalog_policies(shown: Shown) -> list[Json]:
    """The policies. The list is sorted by name: where it took several pages, names say in which order they came."""
    policies = []
    for place, policy in enumerate(shown.policies.values()):
        name = str(policy.get("name") or policy["id"])
        count = policy.pop("settingCount", 0) or 0
        settings = policy.get("settings") or [_some_setting(number) for number in range(count)]
        policies.append({**policy, "name": f"{place:06} {name}" if shown.paged else name, "settings": settings})
    return policies


def _some_setting(number: int) -> Json:
    """A setting in the place of one that nobody read: how many there are is told with the policy."""
    kind = "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance"
    definition = f"setting_{number}_that_was_not_read"
    value = {"value": f"{definition}_1", "children": []}
    return {"settingInstance": {"@odata.type": kind, "settingDefinitionId": definition, "choiceSettingValue": value}}


def _group(seed: Seed, item: Json) -> None:
    if item.get("displayName"):
        seed.groups.setdefault(item["id"], {name: item[name] for name in ("id", "displayName")})


def _filter(seed: Seed, item: Json) -> None:
    known = {name: item[name] for name in FILTER_DEFAULTS if item.get(name) is not None and name != "payloads"}
    seed.filters.setdefault(item["id"], {**known, "displayName": item.get("displayName") or item["id"]})


def _tag(seed: Seed, item: Json) -> None:
    known = {name: item[name] for name in TAG_DEFAULTS if item.get(name) is not None}
    seed.tags.setdefault(item["id"], {**known, "displayName": item.get("displayName") or item["id"]})


_READERS: Mapping[str, Callable[[Seed, Json], None]] = {
    "groups": _group,
    "directoryObjects": _group,
    "deviceManagement/assignmentFilters": _filter,
    "deviceManagement/roleScopeTags": _tag,
    "deviceManagement/getRoleScopeTagsByResource": _tag,
}
