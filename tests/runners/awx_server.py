# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""As much of AWX's REST API as the modules of awx.awx call for extensions/awx: a store of objects with AWX's rules."""

from __future__ import annotations

import contextlib
import json
import threading
import typing as t
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import jsonschema
from jinja2 import TemplateError

from . import awx_rules as rules

Dict = dict[str, t.Any]
Answer = tuple[int, t.Any]

TOKEN = "canary-of-awx-token"
_ENCRYPTED = "$encrypted$"
# In place of the null that a module sends.
_BLANK = {"kind": "", "host_filter": "", "scm_branch": ""}
# Where AWX and Automation Platform have the API.
AWX_ROOT, PLATFORM_ROOT = "/api/v2/", "/api/controller/v2/"
_TEMPLATES = ("job_templates", "workflow_job_templates")


class Controller:
    """The objects by kind, in order, and every write that was done; ``playbooks`` are those of any project."""

    def __init__(self, playbooks: t.Collection[str], root: str = AWX_ROOT) -> None:
        self.playbooks = playbooks
        self.root = root
        self.objects: dict[str, list[Dict]] = {"organizations": []}
        self.writes: list[str] = []
        self._surveys: dict[str, Dict] = {}
        self._links: dict[str, list[int]] = {}
        self._last = 0
        self._make("organizations", {"name": "Default"})
        for name, (kind, fields) in rules.MANAGED.items():
            inputs = {"fields": [{"id": field, "secret": field in rules.MANAGED_SECRETS} for field in fields]}
            self._make("credential_types", {"name": name, "kind": kind, "inputs": inputs, "managed": True})

    def named(self, kind: str) -> dict[str, Dict]:
        """Return the objects of a kind by their names."""
        return {one.get("name") or one["identifier"]: one for one in self.objects.get(kind, [])}

    def survey(self, one: Dict) -> list[Dict]:
        """Return the questions of a template."""
        return t.cast(list[Dict], self._surveys.get(f"{one['url']}survey_spec/", {}).get("spec", []))

    def linked(self, one: Dict, relation: str) -> list[int]:
        """Return the ids that a relation of an object leads to."""
        return self._links.get(f"{one['url']}{relation}/", [])

    def answer(self, method: str, url: str, body: Dict) -> Answer:
        """Return the status and body of the answer to a request."""
        path, query = urlsplit(url).path, dict(parse_qsl(urlsplit(url).query))
        kind, *rest = path.removeprefix(self.root).strip("/").split("/")
        try:
            if not rest:
                return self._list(kind, query) if method == "GET" else self._post(kind, body)
            one = next((one for one in self.objects.get(kind, []) if str(one["id"]) == rest[0]), None)
            if one is None:
                return HTTPStatus.NOT_FOUND, {"detail": "Not found."}
            if len(rest) == 1:
                return (HTTPStatus.OK, one) if method == "GET" else self._patch(kind, one, body)
            return self._below(method, one, rest[1], path, body)
        except (KeyError, ValueError, TemplateError, jsonschema.ValidationError) as error:
            return HTTPStatus.BAD_REQUEST, {"__all__": [f"{type(error).__name__}: {error}"]}

    def _list(self, kind: str, query: dict[str, str]) -> Answer:
        kinds = _TEMPLATES if kind == "unified_job_templates" else (kind,)
        found = [one for name in kinds for one in self.objects.get(name, [])]
        found = [one for one in found if all(str(one.get(key)) == value for key, value in query.items())]
        return HTTPStatus.OK, {"count": len(found), "next": None, "results": found}

    def _post(self, kind: str, body: Dict) -> Answer:
        one = self._make(kind, self._checked(kind, body))
        self.writes.append(f"POST {kind}")
        return HTTPStatus.CREATED, one

    def _patch(self, kind: str, one: Dict, body: Dict) -> Answer:
        checked = self._checked(kind, {**one, **body})
        if checked != one:
            self.writes.append(f"PATCH {kind}")
        one.update(checked)
        return HTTPStatus.OK, one

    def _below(self, method: str, one: Dict, name: str, path: str, body: Dict) -> Answer:
        if name == "survey_spec":
            if method == "POST":
                rules.survey(body)
                self._surveys[path] = body
                self.writes.append("POST survey_spec")
            return HTTPStatus.OK, self._surveys.get(path, {})
        if name == "create_approval_template":
            made = self._make("workflow_approval_templates", body)
            one["related"]["unified_job_template"] = made["url"]
            self.writes.append("POST workflow_approval_templates")
            return HTTPStatus.CREATED, made
        links = self._links.setdefault(path, [])
        if method == "GET":
            return HTTPStatus.OK, {"count": len(links), "next": None, "results": [{"id": link} for link in links]}
        if name == "credentials" and not body.get("disassociate"):
            self._attach(one["url"].removeprefix(self.root).split("/")[0], body["id"])
        (links.remove if body.get("disassociate") else links.append)(body["id"])
        self.writes.append(f"POST {name}")
        return HTTPStatus.NO_CONTENT, None

    def _make(self, kind: str, body: Dict) -> Dict:
        self._last += 1
        url = f"{self.root}{kind}/{self._last}/"
        related = {"survey_spec": f"{url}survey_spec/"} if kind in _TEMPLATES else {}
        own = {"id": self._last, "url": url, "type": kind.removesuffix("s"), "related": related, "summary_fields": {}}
        one = {**body, **own, "scm_revision": "1"}
        self.objects.setdefault(kind, []).append(one)
        return one

    def _attach(self, kind: str, credential: int) -> None:
        """Raise for a credential that an object of that kind does not take."""
        types = {one["id"]: one["kind"] for one in self.objects["credential_types"]}
        [found] = [one for one in self.objects.get("credentials", []) if one["id"] == credential]
        rules.attached(kind, types[found["credential_type"]])

    def _checked(self, kind: str, body: Dict) -> Dict:
        """Return the object as AWX shows it. Raises for one that it refuses."""
        body = {**body, **{key: blank for key, blank in _BLANK.items() if key in body and body[key] is None}}
        if kind == "credential_types":
            rules.credential_type(body)
        elif kind == "schedules":
            rules.schedule(body)
        elif kind == "notification_templates":
            rules.notification(body)
        elif kind in ("projects", "execution_environments") and body.get("credential"):
            self._attach(kind, body["credential"])
        elif kind == "job_templates" and body["playbook"] not in self.playbooks:
            raise ValueError(f"Playbook not found for project: {body['playbook']}")
        elif kind == "credentials":
            [of_type] = [one for one in self.objects["credential_types"] if one["id"] == body["credential_type"]]
            fields = {field["id"]: field for field in of_type["inputs"]["fields"]}
            rules.credential(body, fields)
            secret = {name: _ENCRYPTED for name in body.get("inputs", {}) if fields[name].get("secret")}
            body["inputs"] = {**body.get("inputs", {}), **secret}
        return body


class _Handler(BaseHTTPRequestHandler):
    controller: Controller

    def _serve(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
        if self.headers.get("Authorization") == f"Bearer {TOKEN}":
            status, said = self.controller.answer(self.command, self.path, body)
        else:
            status, said = HTTPStatus.UNAUTHORIZED, {}
        text = b"" if said is None else json.dumps(said).encode()
        self.send_response(status)
        self.send_header("X-API-Product-Name", "AWX")
        self.send_header("X-API-Product-Version", "24.6.1")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    do_GET = do_POST = do_PATCH = _serve  # noqa: N815

    def log_message(self, *arguments: t.Any) -> None:
        """Say nothing."""


@contextlib.contextmanager
def serving(controller: Controller) -> t.Iterator[str]:
    """Serve a controller on a free loopback port for the block; the value is its URL."""
    handler = type("Handler", (_Handler,), {"controller": controller})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()
