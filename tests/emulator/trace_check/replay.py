# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The calls of a trace, sent to an emulator one after the other, with what answers brought in the place of its own."""

from __future__ import annotations

import base64
import json
import secrets
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

import requests

from ansible_collections.m365.apps.plugins.module_utils._graph.seen import Seen
from ansible_collections.m365.apps.plugins.module_utils._module.trace_tables import TABLES
from ansible_collections.m365.apps.plugins.module_utils._trace.documents import BASE64, Disguise
from ansible_collections.m365.apps.plugins.module_utils._trace.records import record_of
from ansible_collections.m365.apps.plugins.module_utils._trace.stand_ins import StandIns
from graph_emulator.loader import default_state
from graph_emulator.settings import Settings
from graph_emulator.testing import Client, Emulator

from .compare import Ids, answer_differences, learn, mapped
from .reading import Call, _call, single_calls
from .seeding import Json, seed_of

TENANT = "7ac0e000-0000-4000-8000-000000000001"
CODE = "x-msft-approval-code"
_SENT = (
    "accept",
    "content-type",
    "client-request-id",
    "return-client-request-id",
    CODE,
    "x-msft-approval-justification",
)
_MARKED = "$skiptoken="
# A search for words finds nothing where stand-ins are in their place.
_SEARCHES = ("contains(", "startswith(", "endswith(", "$search=")


@dataclass(frozen=True, slots=True)
class Difference:
    """Where the emulator answers otherwise: the first line of the trace that shows it, the call, and how."""

    line: int
    call: str
    text: str


@dataclass
class Result:
    """What came of a check: differences in the order of the trace, and how many calls were sent or left out."""

    differences: list[Difference] = field(default_factory=list)
    sent: int = 0
    left_out: dict[str, int] = field(default_factory=dict)
    settings: Json = field(default_factory=dict)

    def leave_out(self, reason: str) -> None:
        """Count a call that is not sent."""
        self.left_out[reason] = self.left_out.get(reason, 0) + 1


def settings_of(calls: list[Call]) -> Json:
    """The settings of a tenant, not of Graph, that a trace shows: the emulator is given the same."""
    found: Json = {}
    for call in single_calls(calls):
        error = call.document.get("error") if isinstance(call.document, dict) else None
        message = str(error.get("message")) if isinstance(error, dict) else ""
        if "segment 'officeConfiguration'" in message:
            found["segment_withdrawn"] = True
        if call.told.get(CODE) and CODE not in call.headers:
            found |= {"approval_required": True, "approval_status": call.status}
    if any(call.signed_in == "user" for call in calls):
        found["signed_in"] = "user"
    if any('"settingDefinitionId": "text-' in json.dumps([call.body, call.answer]) for call in calls):
        found["catalog_unknown_definitions"] = "accept"
    return found


def check(calls: list[Call], emulator: Emulator, settings: Json) -> Result:
    """Give the emulator the tenant of a trace, send it the calls, and tell where it answers otherwise.

    ``settings`` are those of the emulator that count above what the trace shows.

    :raises requests.HTTPError: the emulator does not take the tenant.
    """
    result = Result(settings={**settings_of(calls), **settings})
    Settings().merged(result.settings)
    secret, apps = secrets.token_urlsafe(24), _apps(calls)
    state = {
        **seed_of(calls),
        "apps": [{"client_id": app, "secrets": [secret], "roles": list(roles)} for roles, app in apps.items()],
        "settings": result.settings,
    }
    emulator.admin("PUT", "state", {"tenants": {TENANT: state}})
    clients = {roles: emulator.client(TENANT, app, secret) for roles, app in apps.items()}
    run = _Run(emulator, clients, result)
    for call in calls:
        run.take(call)
    return result


def _apps(calls: list[Call]) -> dict[tuple[str, ...], str]:
    """An app for each set of permissions that a trace shows; a token that says nothing may do everything."""
    return {permissions: str(uuid.uuid4()) for permissions in dict.fromkeys(map(_roles, calls))}


def _roles(call: Call) -> tuple[str, ...]:
    everything: list[str] = next(iter(default_state()["tenants"].values()))["apps"][0]["roles"]
    return call.permissions or tuple(everything)


class _WithIds(StandIns):
    """Stand-ins for all but ids: those of the emulator go into its next requests."""

    def of_guid(self, guid: str) -> str:
        """The GUID itself."""
        return guid


@dataclass
class _Run:
    """One run over the calls of a trace."""

    emulator: Emulator
    clients: Mapping[tuple[str, ...], Client]
    result: Result
    ids: Ids = field(default_factory=dict)
    # Links to pages of the trace, and those of the emulator for the same pages.
    links: dict[str, str] = field(default_factory=dict)
    disguise: Disguise = field(default_factory=lambda: Disguise(_WithIds(secrets.token_bytes(32)), TABLES))

    def take(self, call: Call) -> None:
        """Send a call, if it can be sent, and compare the answers."""
        if call.inner:
            kept = tuple(each for each in call.inner if not self._reason(each))
            if call.passing or not kept:
                self.result.leave_out(self._reason(call) or self._reason(call.inner[0]))
                return
            for each in call.inner:
                if each not in kept:
                    self.result.leave_out(self._reason(each))
            call = replace(call, inner=kept)
        elif reason := self._reason(call):
            self.result.leave_out(reason)
            return
        for each in call.inner or (call,):
            self._approve(each)
        answer = self._send(call)
        self.result.sent += 1
        self._compare(call, answer)

    def _reason(self, call: Call) -> str:
        """Why a call is not sent, empty if it is."""
        if call.passing:
            return "no answer, or one of a moment (throttled, busy, an old token)"
        if _MARKED in call.path and self._link(call.path) is None:
            return "a page to which no answer led"
        if any(word in call.path for word in _SEARCHES):
            return "a search for words"
        return "a body that the trace does not have" if call.body and "bytes" in call.body else ""

    def _link(self, path: str) -> str | None:
        return self.links.get(_plain(path))

    def _approve(self, call: Call) -> None:
        """Do what the second administrator did between two runs: a code that served was approved."""
        code = call.headers.get(CODE)
        if code and call.status is not None and 200 <= call.status < 300:
            self.emulator.admin("POST", "approvals", {"id": mapped(code, self.ids), "status": "approved"})

    def _send(self, call: Call) -> Call:
        client = self.clients[_roles(call)]
        body = self._body(call)
        headers = {name: _header(mapped(_text(value), self.ids), value) for name, value in _sent(call.headers)}
        path = self._link(call.path) or mapped(call.path, self.ids)
        answer = client.session.request(
            call.method,
            client.url + path,
            headers={"Authorization": f"Bearer {client.token}", **headers},
            data=body,
            timeout=60,
        )
        self._note_links(call, answer)
        seen = Seen(
            method=call.method,
            url=answer.url,
            sent=headers,
            body=body or b"",
            status=answer.status_code,
            headers=dict(answer.headers),
            answer=answer.content,
        )
        return _call(call.line, record_of(seen, self.disguise))

    def _body(self, call: Call) -> bytes | None:
        if call.inner:
            asked = (call.body or {})["json"]["requests"]
            kept = [each for each in asked if str(each["id"]) in {inner.key for inner in call.inner}]
            return json.dumps(self._filled({"requests": kept})).encode()
        if not call.body:
            return None
        return json.dumps(self._filled(next(iter(call.body.values())))).encode()

    def _filled(self, value: Any) -> Any:
        """JSON of a request with ids of the emulator, with its links, and with base64 where the trace shows JSON."""
        if isinstance(value, dict):
            if value.keys() == {BASE64}:
                return base64.b64encode(json.dumps(self._filled(value[BASE64])).encode()).decode()
            return {name: self._filled(member) for name, member in value.items()}
        if isinstance(value, list):
            return [self._filled(member) for member in value]
        if isinstance(value, str):
            return self._inner_link(value) or mapped(value, self.ids)
        return value

    def _inner_link(self, text: str) -> str | None:
        if _MARKED not in text:
            return None
        found = self._link(text)
        return found and found.removeprefix("/beta").removeprefix("/v1.0")

    def _note_links(self, call: Call, answer: requests.Response) -> None:
        """Note which pages of the emulator are those that links of the trace lead to."""
        try:
            document = answer.json()
        except ValueError:
            return
        for link, own in _links(call.document, document, self.ids):
            self.links[_plain(link)] = f"{urlsplit(own).path}?{urlsplit(own).query}"

    def _compare(self, call: Call, answer: Call) -> None:
        if not call.inner:
            self._compare_one(call, answer)
            return
        outer = replace(call, answer=None), replace(answer, answer=None)
        self._note(call, answer_differences(*outer, self.ids))
        if call.status != answer.status:
            return
        told = {each.key: each for each in answer.inner}
        for each in call.inner:
            if each.key in told:
                self._compare_one(each, told[each.key])
            else:
                self._note(each, ["there is an answer, the emulator's batch has none"])

    def _compare_one(self, call: Call, answer: Call) -> None:
        if call.method != "GET" and call.status == answer.status:
            learn(call.document, answer.document, self.ids)
        code, own = call.told.get(CODE), answer.told.get(CODE)
        self._note(call, answer_differences(call, answer, self.ids))
        if code and own:
            self.ids.setdefault(str(code).lower(), str(own).lower())

    def _note(self, call: Call, texts: list[str]) -> None:
        self.result.differences += [Difference(call.line, call.name, text) for text in texts]


def _plain(path: str) -> str:
    """A link without host and version, which links inside of batches do not have."""
    parts = urlsplit(path)
    return f"{parts.path.removeprefix('/beta').removeprefix('/v1.0')}?{parts.query}"


def _sent(headers: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    return ((name, value) for name, value in headers.items() if name in _SENT)


def _text(value: Any) -> str:
    return str(value[BASE64]) if isinstance(value, dict) else str(value)


def _header(text: str, value: Any) -> str:
    return base64.b64encode(text.encode()).decode() if isinstance(value, dict) else text


def _links(told: Any, emulated: Any, ids: Ids) -> Iterator[tuple[str, str]]:
    """The links to pages at the same places of two answers."""
    if isinstance(told, dict) and isinstance(emulated, dict):
        for name in told.keys() & emulated.keys():
            if name.endswith("@odata.nextLink") and isinstance(told[name], str) and isinstance(emulated[name], str):
                yield told[name], emulated[name]
            else:
                yield from _links(told[name], emulated[name], ids)
    elif isinstance(told, list) and isinstance(emulated, list):
        by_id = {str(each.get("id")): each for each in emulated if isinstance(each, dict)}
        for place, one in enumerate(told):
            other = by_id.get(str(one.get("id"))) if isinstance(one, dict) and "status" in one else None
            yield from _links(one, other or (emulated[place] if place < len(emulated) else None), ids)
