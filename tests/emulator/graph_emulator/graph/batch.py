# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""JSON batching: up to 20 calls in one (Microsoft Graph: combine multiple HTTP requests using JSON batching)."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import Refused, to_answer
from ..settings import Settings
from ..wire import JSON_TYPE, Answer, Call
from .exchange import read_object

MAX_REQUESTS = 20
METHODS = ("GET", "POST", "PATCH", "PUT", "DELETE")
KEYS = ("id", "method", "url", "headers", "body", "dependsOn")
# What the generated Python client writes for dependsOn: Graph reads over it.
SKIPPED = "depends_on"
NEEDED = ("id", "method", "url")
INNER_HEADERS = ("Location", "Retry-After", "Allow", "x-msft-approval-code")


@dataclass(frozen=True, slots=True)
class Step:
    """One checked request of a batch."""

    id: str
    call: Call
    depends_on: str | None


def run(call: Call, settings: Settings, serve: Callable[[Call], Answer]) -> Answer:
    """200 with one response for each request.

    Requests run in the order sent; of independent ones the responses come back in reversed order (Graph promises
    no order) unless the setting batch_order says otherwise.

    :raises Refused: 400 for the batch as a whole if its form is wrong; nothing is run then.
    """
    body = read_object(call)
    items = body.get("requests")
    if not isinstance(items, list) or not items or set(body) != {"requests"}:
        raise _bad("A batch is an object with the property 'requests', a collection that is not empty.")
    if len(items) > MAX_REQUESTS:
        text = f"Number of batch request steps exceeds the maximum value of {MAX_REQUESTS}: {len(items)}."
        raise Refused(400, "MaximumValueExceeded", text)
    steps = [_step(call, item, place) for place, item in enumerate(items)]
    _check_ids(steps)
    serial = _check_order(steps)
    answers: dict[str, Answer] = {}
    for step in steps:
        before = answers.get(step.depends_on) if step.depends_on is not None else None
        failed = before is not None and before.status >= 400
        answers[step.id] = to_answer(_failed_dependency(), step.call) if failed else serve(step.call)
    responses = [_response(key, answer, settings) for key, answer in answers.items()]
    if not serial and settings.batch_order == "reversed":
        responses.reverse()
    odd = next((answer for answer in answers.values() if answer.manner), Answer(200))
    delay = sum(answer.delay for answer in answers.values())
    return Answer(200, {"responses": responses}, delay=delay, manner=odd.manner, pause=odd.pause)


def _bad(text: str) -> Refused:
    return Refused(400, "BadRequest", text)


def _failed_dependency() -> Refused:
    return Refused(424, "FailedDependency", "The request was not run: the one it depends on failed.")


def _step(outer: Call, item: object, place: int) -> Step:
    where = f"requests[{place}]"
    if not isinstance(item, dict):
        raise _bad(f"{where}: a JSON object is needed.")
    for name in item:
        if name not in (*KEYS, SKIPPED):
            raise _bad(f"{where}: unknown property '{name}'; known are {', '.join(KEYS)}.")
    if isinstance(item.get("id"), int) and not isinstance(item["id"], bool):
        item = {**item, "id": str(item["id"])}  # a common backup tool sends numbers, and gets texts back
    for name in NEEDED:
        if not isinstance(item.get(name), str) or not item[name]:
            raise _bad(f"{where}: the property '{name}' is required and must be a string that is not empty.")
    if item["method"].upper() not in METHODS:
        raise _bad(f"{where}: the method '{item['method']}' is not one of {', '.join(METHODS)}.")
    version = outer.segments[0]
    # The generated Python client sends whole URLs of Graph itself.
    url = item["url"].removeprefix(f"{outer.origin}/{version}/")
    if "://" in url.partition("?")[0] or url.startswith("//"):
        raise _bad(f"{where}: the url must be relative to the version, like '/groups', not '{item['url']}'.")
    headers = _headers(item.get("headers"), where)
    inner = Call(
        method=item["method"].upper(),
        target=f"/{version}/{url.removeprefix('/')}",
        headers={"client-request-id": outer.client_request_id, **headers},
        body=_body(item.get("body"), headers, where),
        origin=outer.origin,
    )
    return Step(item["id"], inner, _dependency(item.get("dependsOn"), where))


def _headers(value: object, where: str) -> dict[str, str]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not all(isinstance(text, str) for text in value.values()):
        raise _bad(f"{where}.headers: an object of strings is needed.")
    return {name.lower(): text for name, text in value.items()}


def _body(value: object, headers: Mapping[str, str], where: str) -> bytes:
    """JSON for an object; for another media type the body is base64url text (with or without padding)."""
    if value is None:
        return b""
    if not headers.get("content-type"):
        raise _bad(f"{where}: Write requests (excluding DELETE) must contain the Content-Type header declaration.")
    if headers["content-type"].partition(";")[0].strip().lower() == JSON_TYPE:
        return json.dumps(value).encode()
    if not isinstance(value, str):
        raise _bad(f"{where}.body: a body that is not JSON must be base64url text.")
    try:
        text = value.replace("-", "+").replace("_", "/").rstrip("=")
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (ValueError, binascii.Error):
        raise _bad(f"{where}.body: '{value[:40]}' is no base64url text.") from None


def _dependency(value: object, where: str) -> str | None:
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) != 1 or not isinstance(value[0], str):
        raise _bad(f"{where}.dependsOn: a collection with the one id of the request before is needed.")
    return value[0]


def _check_ids(steps: list[Step]) -> None:
    seen: set[str] = set()
    for step in steps:
        if step.id.lower() in seen:
            raise _bad(f"The id '{step.id}' is there twice; ids have to be unique in a batch, whatever their case.")
        seen.add(step.id.lower())


def _check_order(steps: list[Step]) -> bool:
    """Whether the batch is serial; it has to be all serial (each depends on the one before) or all parallel."""
    dependencies = [step.depends_on for step in steps]
    if not any(dependencies):
        return False
    if dependencies != [None, *(step.id for step in steps[:-1])]:
        raise _bad("dependsOn: either no request depends on another, or each depends on the one right before it.")
    return True


def _response(key: str, answer: Answer, settings: Settings) -> dict[str, Any]:
    headers = {name: value for name, value in answer.headers.items() if name in INNER_HEADERS}
    response: dict[str, Any] = {"id": key, "status": answer.status, "headers": {"Cache-Control": "no-cache", **headers}}
    if answer.content is not None:
        response["headers"]["Content-Type"] = answer.media_type
        response["body"] = _embedded(answer, settings)
    return response


def _embedded(answer: Answer, settings: Settings) -> Any:
    if not isinstance(answer.content, bytes):
        return answer.content
    if (answer.media_type or "").startswith(("text/", JSON_TYPE)):
        return answer.content.decode("utf-8", "replace")
    if settings.batch_binary == "base64":
        return base64.b64encode(answer.content).decode()
    return base64.urlsafe_b64encode(answer.content).decode().rstrip("=")
