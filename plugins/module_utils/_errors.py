# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a user is told when something goes wrong: one sentence, and the facts of the call that failed."""

from __future__ import annotations

import enum
import re
import traceback
import typing as t
from dataclasses import asdict, dataclass

# A token or an assertion (a JWT: its parts begin with the base64 of an open brace) that an answer repeats, as it is or
# in base64, alone or with the word Bearer in front.
_JWT = re.compile(r"(?:(?<![A-Za-z0-9])|(?<=%[0-9A-Fa-f]{2}))(?:eyJ|ZXlK|QmVhcmVyIGV5)[\w-]{6,}(?:[.+/=%]+[\w-]*)*")
# The parts of a sentence: object, action, cause, next step. Together they stay well below 2,000 characters.
_PART_LIMITS = (300, 250, 900, 300)
# What one message tells of several problems: so many of them, each whole, as long as they have no more characters.
_MOST_TOLD, LONGEST_TOLD = 50, 20_000
# Controls, unpaired surrogates, line ends, marks that turn the writing direction, and what is invisible: a name may
# hold them, but on a terminal they would hide or forge parts of what is shown. Also the two that no YAML file may hold.
# Joiners stay: scripts and emoji need them.
_UNPRINTABLE = re.compile(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\U000e0000-\U000e007f]"
)


def printable(text: str, keep: str = "") -> str:
    """Return a text for a terminal: what cannot be printed there, and is not one of ``keep``, as an escape."""
    return _UNPRINTABLE.sub(
        lambda found: found[0] if found[0] in keep else found[0].encode("unicode_escape").decode("ascii"), text
    )


def printable_value(value: t.Any) -> t.Any:
    """Return a JSON value whose texts and keys are all for a terminal."""
    if isinstance(value, str):
        return printable(value)
    if isinstance(value, dict):
        shown: dict[t.Any, t.Any] = {}
        for key, member in value.items():
            name = printable_value(key)
            # Of two keys that look alike none gets lost.
            while name in shown:
                name = f"{name} (another)"
            shown[name] = printable_value(member)
        return shown
    if isinstance(value, (list, tuple)):
        return [printable_value(member) for member in value]
    return value


def plain(text: str, limit: int) -> str:
    """Return a text for a message: what cannot be printed as an escape, the middle left out where it is too long."""
    text = printable(text)
    tail = limit // 4
    return text if len(text) <= limit else f"{text[: limit - tail]} ... {text[-tail:]}"


@dataclass(frozen=True)
class Failure:
    """The facts of one failed call; never a header, a body or a token.

    ``status`` is the HTTP status (None when no answer came), ``path`` the path and query below the host.
    """

    message: str
    status: int | None = None
    code: str | None = None
    request_id: str | None = None
    client_request_id: str | None = None
    method: str | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        # What was acquired or read from a file is masked here, no matter who repeats it and where.
        for name, value in asdict(self).items():
            if isinstance(value, str):
                object.__setattr__(self, name, _without_tokens(value))

    def as_dict(self) -> dict[str, t.Any]:
        """Return the facts as a dict of JSON values, every key present."""
        return asdict(self)


class ApprovalKind(enum.Enum):
    """What an answer says where a tenant wants each change approved by a second administrator."""

    WANTED = "wanted"  # nobody was asked, and nothing was filed
    FILED = "filed"  # a request was filed for this call
    OPEN = "open"  # an earlier request about the same object waits
    REFUSED = "refused"  # the code that the call came with is not good for it


@dataclass(frozen=True)
class Approval:
    """What an answer says of approval; ``code`` is that of the request, None where it is not known.

    ``asked``: the call would have filed one.
    """

    kind: ApprovalKind
    code: str | None = None
    asked: bool = False


class FactsError(Exception):
    """An error whose facts stay what they were when it was made; Python alone adds to it, such as the traceback."""

    def __init__(self, text: str = "", **facts: t.Any) -> None:
        super().__init__(text)
        vars(self).update(facts)

    def __setattr__(self, name: str, value: t.Any) -> None:
        if not name.startswith("__"):
            raise AttributeError(f"{name} of an error cannot be changed: use with_facts")
        super().__setattr__(name, value)

    def with_facts(self, **facts: t.Any) -> t.Self:
        """Return this error with some of its facts replaced."""
        return self._copied(self.args, facts)

    def _copied(self, args: tuple[t.Any, ...], facts: t.Mapping[str, t.Any]) -> t.Self:
        unknown = facts.keys() - vars(self).keys()
        if unknown:
            raise TypeError(f"{type(self).__name__} has no {', '.join(sorted(unknown))}")
        copied = type(self).__new__(type(self), *args)
        vars(copied).update({**vars(self), **facts})
        return copied


class UserError(FactsError):
    """One clear sentence for the user: object, action, cause, next step.

    ``details`` are the facts of a failed call. ``in_doubt`` tells that it may have been done all the same, ``absent``
    that Graph says that the object is not there, ``approval`` what it says of a second administrator's approval.
    ``problems`` is how many it tells, each in words of its own.
    """

    details: Failure | None
    in_doubt: bool
    absent: bool
    approval: Approval | None
    problems: int

    def __init__(
        self,
        subject: str,
        action: str,
        cause: str,
        next_step: str,
        details: Failure | None = None,
        in_doubt: bool = False,
        absent: bool = False,
    ) -> None:
        parts = (subject, action, cause.rstrip(". "), next_step.rstrip(". "))
        subject, action, cause, next_step = (plain(*part) for part in zip(parts, _PART_LIMITS, strict=True))
        text = f"{subject}: cannot {action}: {cause}. {next_step}."
        super().__init__(text, details=details, in_doubt=in_doubt, absent=absent, approval=None, problems=1)

    def with_others(self, count: int) -> UserError:
        """Return this error with a word on how many others there were."""
        return self.saying(f"{self} ({count} more {'policy' if count == 1 else 'policies'} failed: see results.)")

    def saying(self, text: str) -> UserError:
        """Return an error with the facts of this one and a text of its own."""
        return self._copied((text,), {})


def all_at_once(errors: t.Sequence[UserError]) -> UserError:
    """Return one error that says what several do: each sentence once, as many as fit whole, and the others counted."""
    sentences = {str(error): error.problems for error in errors}
    if len(sentences) == 1:
        return errors[0]
    told: list[str] = []
    for sentence in sentences:
        if told and (len(told) == _MOST_TOLD or sum(map(len, told)) + len(sentence) > LONGEST_TOLD):
            break
        told.append(sentence)
    more = len(sentences) - len(told)
    if more:
        told.append(f"{more} more {'problem' if more == 1 else 'problems'} like these.")
    return errors[0].saying(" ".join(told)).with_facts(problems=sum(sentences.values()))


class MissingLibraryError(FactsError):
    """A Python library is not installed; ``library`` names it, ``import_error`` is the import's own story."""

    library: str
    import_error: str

    def __init__(self, library: str, import_error: str) -> None:
        super().__init__(library, library=library, import_error=import_error)


def unforeseen(error: Exception) -> tuple[str, str]:
    """Return the cause and the next step for an error nobody foresaw: its type and place, not its text, which may hold
    user data.
    """
    if isinstance(error, MemoryError):
        return "the memory of this machine is used up", "Give it more memory, or do less in one task"
    places = traceback.extract_tb(error.__traceback__)
    where = f" in {places[-1].filename.rsplit('/', 1)[-1]} line {places[-1].lineno}" if places else ""
    step = "This is a defect of the collection: please report it with this sentence"
    return f"an unexpected {type(error).__name__}{where}", step


def unforeseen_end(error: Exception) -> UserError:
    """Return the sentence for an error nobody foresaw after the first write: a write that was under way is in doubt."""
    cause, step = unforeseen(error)
    return UserError("m365.apps", "go on", cause, step, in_doubt=True)


def system_reason(error: OSError) -> str:
    """Return why the operating system refused something, in its own words where it has any."""
    return error.strerror or type(error).__name__


def cut(text: str, limit: int) -> str:
    """Return a text of another's with single blanks, without tokens, and cut to so many characters.

    It is cut at a blank: half a secret would not be known for one.
    """
    text = _without_tokens(" ".join(text.split()))
    return text if len(text) <= limit else f"{text[: limit + 1].rpartition(' ')[0]} ...".lstrip()


def _without_tokens(text: str) -> str:
    return _JWT.sub("********", text)
