# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The floor: a bare ``requests`` script that sends the same requests for the same policies, and nothing more.

``python bare.py POLICIES.json`` with the environment variables of the collection. It knows no retries, no checks and
no errors but an exception. Prints the number of requests to Graph.
"""

from __future__ import annotations

import base64
import json
import os
import sys
import typing as t
from pathlib import Path

import requests

_COLLECTION = "/officeConfiguration/clientConfigurations"
_BATCH = 20
_TYPES = {
    "windows": "#microsoft.graph.windowsOfficeClientConfiguration",
    "windows_security": "#microsoft.graph.windowsOfficeClientSecurityConfiguration",
}
_TARGET = "#microsoft.graph.officeConfigurationGroupAssignmentTarget"

Document = dict[str, t.Any]


class Graph:
    """A session with a token that counts its requests."""

    def __init__(self) -> None:
        env = os.environ
        self._root = env["M365_GRAPH_URL"]
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.verify = env["M365_CA_PATH"]
        self.requests = 0
        form = {
            "grant_type": "client_credentials",
            "client_id": env["AZURE_CLIENT_ID"],
            "client_secret": env["AZURE_CLIENT_SECRET"],
            "scope": f"{self._root}/.default",
        }
        login = f"{env['M365_LOGIN_URL']}/{env['AZURE_TENANT_ID']}/oauth2/v2.0/token"
        answer = self._session.post(login, data=form, timeout=30)
        answer.raise_for_status()
        self._session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def _send(self, method: str, url: str, body: object = None) -> Document:
        self.requests += 1
        answer = self._session.request(method, url, json=body, timeout=30)
        answer.raise_for_status()
        document: Document = answer.json()
        return document

    def pages(self, path: str) -> t.Iterator[Document]:
        """Yield the items of a collection."""
        url: str | None = f"{self._root}/beta{path}"
        while url:
            page = self._send("GET", url)
            yield from page["value"]
            url = page.get("@odata.nextLink")

    def many(self, calls: t.Sequence[Document], version: str = "beta") -> list[t.Any]:
        """Send calls in batches and return their bodies, in their order."""
        bodies: list[t.Any] = []
        for start in range(0, len(calls), _BATCH):
            batch = [{**call, "id": str(place)} for place, call in enumerate(calls[start : start + _BATCH])]
            answers = self._send("POST", f"{self._root}/{version}/$batch", {"requests": batch})["responses"]
            by_id = {answer["id"]: answer for answer in answers}
            for call in batch:
                answer = by_id[call["id"]]
                if answer["status"] >= 300:
                    raise RuntimeError(f"{call['method']} {call['url']}: {answer}")
                bodies.append(answer.get("body"))
        return bodies


def _get(url: str) -> Document:
    return {"method": "GET", "url": url}


def _send_json(method: str, url: str, body: Document) -> Document:
    return {"method": method, "url": url, "headers": {"Content-Type": "application/json"}, "body": body}


def _put_payload(policy_id: str, payload: object) -> Document:
    data = base64.urlsafe_b64encode(json.dumps(payload).encode()).decode()
    headers = {"Content-Type": "application/octet-stream"}
    return {"method": "PUT", "url": f"{_COLLECTION}/{policy_id}/policyPayload", "headers": headers, "body": data}


def _assign(policy_id: str, groups: t.Iterable[str]) -> Document:
    targets = [{"target": {"@odata.type": _TARGET, "groupId": group}} for group in groups]
    return _send_json("POST", f"{_COLLECTION}/{policy_id}/assign", {"officeConfigurationAssignments": targets})


def _scalars(policy: Document) -> Document:
    return {
        "@odata.type": _TYPES[policy["kind"]],
        "displayName": policy["display_name"],
        "description": policy["description"],
        "priority": policy["priority"],
    }


def _group_ids(graph: Graph, policies: t.Sequence[Document]) -> dict[str, str]:
    names = list(dict.fromkeys(name for policy in policies for name in policy["groups"]))
    query = "/groups?$filter=displayName eq '{}'&$select=id,displayName"
    found = graph.many([_get(query.format(name).replace(" ", "%20")) for name in names], "v1.0")
    return {name: answer["value"][0]["id"] for name, answer in zip(names, found, strict=True)}


def _payload(body: str | None) -> list[Document]:
    if not body:
        return []
    payload: list[Document] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return sorted(payload, key=lambda setting: str(setting["settingId"]))


def _changes(
    live: Document, policy: Document, body: str | None, assigned: Document, ids: dict[str, str]
) -> list[Document]:
    """Return the calls that bring a live policy to the wanted state."""
    calls = []
    wanted = _scalars(policy)
    if any(live[name] != value for name, value in wanted.items()):
        calls.append(_send_json("PATCH", f"{_COLLECTION}/{live['id']}", wanted))
    if _payload(body) != sorted(policy["policy_payload"], key=lambda setting: str(setting["settingId"])):
        calls.append(_put_payload(live["id"], policy["policy_payload"]))
    groups = {ids[name] for name in policy["groups"]}
    if {entry["target"]["groupId"] for entry in assigned["value"]} != groups:
        calls.append(_assign(live["id"], sorted(groups)))
    return calls


def main() -> None:
    """Create what is missing and change what differs."""
    policies: list[Document] = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    graph = Graph()
    live = {policy["displayName"]: policy for policy in graph.pages(_COLLECTION)}
    here = [policy for policy in policies if policy["display_name"] in live]
    missing = [policy for policy in policies if policy["display_name"] not in live]
    paths = [f"{_COLLECTION}/{live[policy['display_name']]['id']}" for policy in here]
    read = graph.many([_get(f"{path}/{part}") for path in paths for part in ("policyPayload", "assignments")])
    ids = _group_ids(graph, policies)
    created = graph.many([_send_json("POST", _COLLECTION, _scalars(policy)) for policy in missing])
    graph.many(
        [_put_payload(new["id"], policy["policy_payload"]) for new, policy in zip(created, missing, strict=True)]
    )
    graph.many(
        [
            _assign(new["id"], [ids[name] for name in policy["groups"]])
            for new, policy in zip(created, missing, strict=True)
        ]
    )
    changes = [
        _changes(live[policy["display_name"]], policy, read[2 * place], read[2 * place + 1], ids)
        for place, policy in enumerate(here)
    ]
    for depth in range(max(map(len, changes), default=0)):
        graph.many([calls[depth] for calls in changes if len(calls) > depth])
    print(graph.requests)


if __name__ == "__main__":
    main()
