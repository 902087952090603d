# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""One client for Microsoft Graph: a request goes out, an answer or a typed error comes back."""

from __future__ import annotations

import json
import time
import typing as t
import uuid
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from .auth import Authenticator
from .errors import Failure, GraphError, NotGraphError, is_graph_error, parse_error_body
from .retry import RetryPolicy, Transient, parse_retry_after
from .session import Connection, open_session, send

# Statuses worth another try (Graph pages "throttling" and "error responses"): 429 was surely not done, 503 and 504 may
# be.
_NOT_DONE = 429
_RETRIED = (_NOT_DONE, 503, 504)
_MAX_PAGES = 10_000

T = t.TypeVar("T")


@dataclass(frozen=True)
class Answer:
    """A 2xx answer: status and the raw body."""

    status: int
    body: bytes
    content_type: str
    method: str
    path: str

    def json(self) -> t.Any:
        """Return the parsed body. Raises NotGraphError when it is not JSON (HTML, cut off)."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError) as error:
            is_html = "html" in self.content_type.lower() or self.body.lstrip()[:1] == b"<"
            what = "an HTML page" if is_html else "a body that is not complete JSON"
            failure = Failure(
                f"the answer to {self.method} {self.path} was {what} (status {self.status})",
                status=self.status,
                method=self.method,
                path=self.path,
            )
            raise NotGraphError(failure) from error


class GraphClient:
    """Calls Graph below one root URL with one login.

    Paths are relative (``/officeConfiguration``); ``version`` replaces the connection's api_version. Every call
    carries the token, a fresh client-request-id and the user agent, and has a time-out.
    """

    def __init__(self, connection: Connection, authenticator: Authenticator, retry: RetryPolicy | None = None) -> None:
        self._connection = connection
        self._authenticator = authenticator
        self._retry = retry or RetryPolicy(connection.retry_timeout)
        self._session = open_session(connection, connection.graph_url)

    def get(self, path: str, version: str | None = None, params: t.Mapping[str, str] | None = None) -> Answer:
        """GET one resource; tried again where that makes sense. Raises GraphError."""
        return self.call("GET", path, version=version, params=params)

    def call(self, method: str, path: str, version: str | None = None, **arguments: t.Any) -> Answer:
        """Send a call that may safely be sent twice (see send_once for the arguments). Raises GraphError."""
        return self._retry.run(lambda: self.send_once(method, self._url(path, version), **arguments))

    def call_unrepeatable(
        self, method: str, path: str, recover: t.Callable[[], T | None], **arguments: t.Any
    ) -> Answer | T:
        """Send a call that must not be done twice.

        After a failure that may have done the work, ``recover`` is asked before another try: its answer, when not
        None, is returned in place of one from Graph. A refusal of a later try is checked the same way, since the first
        one may be why (the name or number is taken by our own object). Raises GraphError.
        """
        in_doubt = False

        def attempt() -> Answer | T:
            nonlocal in_doubt
            try:
                return self.send_once(method, self._url(path), **arguments)
            except Transient as failure:
                in_doubt = in_doubt or failure.maybe_done
                raise
            except GraphError:
                found = recover() if in_doubt else None
                if found is None:
                    raise
                return found

        return self._retry.run(attempt, recover)

    def pages(self, path: str, version: str | None = None, params: t.Mapping[str, str] | None = None) -> list[t.Any]:
        """GET a collection to its end and return all its items.

        nextLinks are followed as they are, but only on the configured host and never twice (Graph page "paging").
        Raises GraphError; what could not be read completely is never returned in part.
        """
        items: list[t.Any] = []
        url: str | None = self._url(path, version)
        seen: set[str] = set()
        while url is not None:
            self._check_next(url, seen)
            seen.add(url)
            current = url
            answer = self._retry.run(lambda: self.send_once("GET", current, params=params))  # noqa: B023 - run at once
            document = answer.json()
            if not isinstance(document, dict) or not isinstance(document.get("value"), list):
                raise NotGraphError(_failure(answer, "the answer has no list 'value'"))
            items.extend(document["value"])
            url = document.get("@odata.nextLink")
            if url is not None and not isinstance(url, str):
                raise NotGraphError(_failure(answer, "the answer's page link is not text"))
            params = None
        return items

    def send_once(
        self,
        method: str,
        url: str,
        *,
        params: t.Mapping[str, str] | None = None,
        json_body: t.Any = None,
        data: bytes | None = None,
        content_type: str | None = None,
    ) -> Answer:
        """Send one request to a full URL and return its 2xx answer. Raises Transient or GraphError."""
        token = self._authenticator.token()
        client_request_id = str(uuid.uuid4())
        headers = {
            "Authorization": f"Bearer {token}",
            "Accept": "application/json" if content_type is None else "*/*",
            "client-request-id": client_request_id,
            "return-client-request-id": "true",
        }
        if json_body is not None:
            data, content_type = json.dumps(json_body, ensure_ascii=False).encode(), "application/json"
        if content_type is not None:
            headers["Content-Type"] = content_type
        response = send(self._session, method, url, self._connection.timeout, headers=headers, params=params, data=data)
        path = urlsplit(response.url)
        answer = Answer(
            status=response.status_code,
            body=response.content,
            content_type=response.headers.get("Content-Type", ""),
            method=method,
            path=f"{path.path}?{path.query}" if path.query else path.path,
        )
        if 200 <= answer.status < 300:
            return answer
        raise _refusal(answer, response.headers, client_request_id)

    def _url(self, path: str, version: str | None = None) -> str:
        return f"{self._connection.graph_url}/{version or self._connection.api_version}{path}"

    def _check_next(self, url: str, seen: set[str]) -> None:
        """Refuse a page link that leaves the configured host or does not end."""
        here, there = urlsplit(self._connection.graph_url), urlsplit(url)
        if (here.scheme, here.netloc.lower()) != (there.scheme, there.netloc.lower()):
            raise NotGraphError(
                Failure(
                    f"a page link leads to another host ({there.netloc}); the token was not sent there", method="GET"
                )
            )
        if url in seen or len(seen) >= _MAX_PAGES:
            raise NotGraphError(Failure("the page links run in a circle", method="GET", path=there.path))


def _failure(answer: Answer, message: str) -> Failure:
    return Failure(message, status=answer.status, method=answer.method, path=answer.path)


def _refusal(answer: Answer, headers: t.Mapping[str, str], client_request_id: str) -> Exception:
    """Return the error for an answer that is not 2xx: Transient where another try makes sense."""
    if 300 <= answer.status < 400:
        target = urlsplit(headers.get("Location", "")).netloc or "an unnamed place"
        return NotGraphError(_failure(answer, f"a redirect to {target} (status {answer.status}) was not followed"))
    failure = parse_error_body(answer.status, answer.body, answer.content_type, headers)
    failure = replace(
        failure,
        method=answer.method,
        path=answer.path,
        client_request_id=failure.client_request_id or client_request_id,
    )
    error = GraphError(failure) if is_graph_error(answer.body) else NotGraphError(failure)
    if answer.status in _RETRIED:
        retry_after = parse_retry_after(headers.get("Retry-After"), time.time())
        return Transient(error, retry_after, maybe_done=answer.status != _NOT_DONE)
    return error
