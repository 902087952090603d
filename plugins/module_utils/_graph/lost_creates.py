# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Creates of which nobody knows whether they were done: they are looked for before they are sent again."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, replace

from .._errors import UserError
from .client import GraphClient
from .errors import InDoubtError
from .messages import Answer
from .operations import Operation

# Seconds before each look for an object whose create nobody answered: where a second create would be refused, or the
# server said that it did nothing; and where it would make the object twice.
_LOOKS = (0.0, 1.0, 2.0)
_PATIENT_LOOKS = (*_LOOKS, 4.0, 8.0, 15.0, 30.0)

# How often a create is sent again that Graph said not to have taken.
_MOST_TRIES = 3
_UNAVAILABLE = 503

# Returns the objects that were not there before the creates. Raises UserError.
Strangers = t.Callable[[], t.Sequence[t.Any]]


@dataclass(frozen=True)
class LostCreate:
    """A create that may have been done, and the error that says so.

    ``brought`` returns what the create brought if an object is the one that it made, else None.
    """

    operation: Operation
    error: UserError
    brought: t.Callable[[t.Any], t.Any]

    def find(self, objects: t.Iterable[t.Any]) -> t.Any:
        """Return what the create brought, None where none of the objects is the one that it made."""
        return next((brought for one in objects if (brought := self.brought(one)) is not None), None)


def was_refused(doubt: InDoubtError) -> bool:
    """Tell whether Graph itself said that it did not take the call, as it does when it is busy."""
    return doubt.status == _UNAVAILABLE and doubt.failure.code is not None


def settle(creates: t.Mapping[int, LostCreate], client: GraphClient, strangers: Strangers) -> dict[int, t.Any]:
    """Return by its key what became of a create where that is known now: what it brought, or another error.

    For objects of which the server takes no second one like the first. One is sent again only where there is time for
    it and nobody answered that it was done.
    """
    unanswered = {key: doubt for key, create in creates.items() if (doubt := _unanswered(create.error)) is not None}
    again = bool(unanswered) and client.pause(unanswered.values())
    settled, was_read = _look_for(creates, client, strangers)
    # Where the tenant cannot be read, the doubt stays: each error says so, and the next run looks again.
    if again and was_read:
        for key in [key for key in unanswered if key not in settled]:
            settled[key] = _send_again(creates[key], unanswered[key], client, strangers)
    return settled


def settle_without_repeats(
    creates: t.Mapping[int, LostCreate], client: GraphClient, strangers: Strangers, tries: int = _MOST_TRIES
) -> dict[int, t.Any]:
    """Return the same for objects that the server would make twice: a list that lags must not lead to that.

    They are looked for with more patience. Only what Graph itself did not take is sent again.
    """
    unanswered = {key: doubt for key, create in creates.items() if (doubt := _unanswered(create.error)) is not None}
    refused = {key for key, doubt in unanswered.items() if was_refused(doubt)}
    again = bool(unanswered) and client.pause(unanswered.values())
    settled, was_read = _look_for(creates, client, strangers, _LOOKS if refused == creates.keys() else _PATIENT_LOOKS)
    if again and was_read and tries > 0:
        for key in sorted(refused - settled.keys()):
            settled[key] = _send_once_more(creates[key], client, strangers, tries - 1)
    return settled


def _send_once_more(create: LostCreate, client: GraphClient, strangers: Strangers, tries: int) -> t.Any:
    """Return what a create brings that Graph did not take at first, or its error."""
    (answer,) = client.many([create.operation.call], again=True)
    result = create.operation.understood(answer)
    if not isinstance(result, UserError) or not result.in_doubt:
        return result
    lost = replace(create, error=result)
    return settle_without_repeats({0: lost}, client, strangers, tries).get(0, result)


def _look_for(
    creates: t.Mapping[int, LostCreate],
    client: GraphClient,
    strangers: Strangers,
    looks: t.Sequence[float] = _LOOKS,
) -> tuple[dict[int, t.Any], bool]:
    """Return what creates brought whose objects are found, by key, and whether the tenant could be read.

    Reads may lag behind writes, so one that is not there is looked for again a little later.
    """
    found: dict[int, t.Any] = {}
    for seconds in looks:
        if len(found) == len(creates) or not client.wait(seconds):
            break
        try:
            there = strangers()
        except UserError:
            return found, False
        seen = ((key, create.find(there)) for key, create in creates.items())
        found |= {key: brought for key, brought in seen if brought is not None}
    return found, True


def _send_again(create: LostCreate, doubt: InDoubtError, client: GraphClient, strangers: Strangers) -> t.Any:
    """Return what a create brings that is sent again, since nobody answered its first try (``doubt``)."""

    def recover() -> t.Any:
        try:
            return create.find(strangers())
        except UserError as error:
            raise InDoubtError(doubt.failure) from error

    operation = create.operation
    try:
        with operation.explained():
            answer = client.call_unrepeatable(operation.call, recover)
            return operation.read(answer) if isinstance(answer, Answer) else answer
    except UserError as error:
        # The first try may be why: the number is taken by our own object, which a lagging read did not show.
        found, _was_read = _look_for({0: create}, client, strangers)
        return found.get(0, error.with_facts(in_doubt=True))


def _unanswered(error: UserError) -> InDoubtError | None:
    """Return why nobody knows whether a call was done; None where an answer came, readable or not."""
    cause = error.__cause__
    if not isinstance(cause, InDoubtError) or 200 <= (cause.status or 0) < 300:
        return None
    return cause
