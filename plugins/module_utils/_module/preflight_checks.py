# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the facts of a preflight mean: one line each, with its result and the next step. Pure."""

from __future__ import annotations

import enum
import typing as t
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from .._catalog.access import WRITE_ACTIONS, administrator, view_of
from .._catalog.explain import READ_PERMISSION, WRITE_PERMISSION
from .._catalog.first_look import ListedPolicies
from .._graph.first_page import Listed
from .._graph.groups import PERMISSION as GROUP_PERMISSION
from .._policy.surface import Extent
from .arguments import NEEDS
from .preflight_facts import AGAIN, Facts, Refusal
from .surfaces import CATALOG, OFFICE

# What a user may be about to do.
PLAN, ROLLOUT, GROUP_NAMES, SCOPE_TAGS, APPROVAL = NEEDS


class Status(enum.Enum):
    """How a line ends: ``unknown`` where Graph does not tell."""

    OK = "ok"
    WARNING = "warning"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Check:
    """One line: what it is about, how it ends, why, and the next step ("" where there is none)."""

    name: str
    status: Status
    message: str
    next_step: str = ""


# The permissions that do, by what a user may be about to do, the least one first.
ENOUGH: t.Mapping[str, tuple[str, ...]] = {
    PLAN: (READ_PERMISSION, WRITE_PERMISSION),
    ROLLOUT: (WRITE_PERMISSION,),
}
_OFF, _FAR_OFF = 60, 300
# When a certificate is to be replaced.
_SOON = timedelta(days=30)
_LICENSE = "Check that the tenant has an active license that includes Intune, and the role and scope tags of a user"
# What lines say that is so, or that is not known.
_BY_NAME, _TAGS_BY_NAME = "groups can be found by name", "scope tags can be found by name"
_STATES = "the states of requests for approval can be read"
_LOOKED_UP = "settings can be looked up"


def checks_of(facts: Facts) -> list[Check]:
    """Return the lines in the order in which to read them."""
    lines = [_connection, _login, _clock, _settings_catalog, _office_configuration, _license, _plan, _rollout, _groups]
    if facts.surface == CATALOG:
        lines += [_tags, _view, _approval, *([_requests] if APPROVAL in facts.needs else []), _definitions]
    return [line(facts) for line in (*lines, _batch)]


def _connection(facts: Facts) -> Check:
    wiring = facts.wiring
    proxy = f"through the proxy {wiring.proxy}" if wiring.proxy else "without a proxy"
    told = f"{wiring.graph_url}/{wiring.api_version} answers {proxy}"
    if not wiring.validate_certs:
        step = "Leave validate_certs out, and give ca_path where a proxy has a certificate of its own"
        return Check("connection", Status.WARNING, f"{told}, and its certificate is not checked", step)
    against = f"against {wiring.ca_path}" if wiring.ca_path else "against the CA certificates that Python brings"
    return Check("connection", Status.OK, f"{told}; its certificate is checked {against}")


def _login(facts: Facts) -> Check:
    claims, option = facts.login.claims, facts.login.option
    tenant = f" to tenant {claims.tenant}" if claims.tenant else ""
    role = administrator(claims)
    who = "an app" if claims.is_app else f"a user with the role {role}" if role else "a user"
    if not (claims.is_app or claims.is_user):
        step = "Sign in as an app where the lines below are not enough"
        return Check("login", Status.UNKNOWN, f"Graph takes {option}; who signed in, the token does not tell", step)
    told = f"{who} signed in{tenant} by {option}"
    ends = facts.login.ends
    if ends is None:
        return Check("login", Status.OK, told)
    until = f"{told}, whose certificate ends on {ends:%Y-%m-%d}"
    if ends - facts.now > _SOON:
        return Check("login", Status.OK, until)
    return Check("login", Status.WARNING, until, "Make a new certificate and register it with the app")


def _clock(facts: Facts) -> Check:
    if facts.ahead is None:
        return Check("clock", Status.UNKNOWN, "Graph did not tell the time", "Check that the clock is synchronized")
    off = abs(facts.ahead)
    if off <= _OFF:
        return Check("clock", Status.OK, "the clock of this machine is right within a minute")
    told = f"the clock of this machine is {off:.0f} s {'ahead of' if facts.ahead > 0 else 'behind'} Graph's"
    step = "Synchronize it: Entra refuses assertions of certificates that are not valid yet, or not any more"
    return Check("clock", Status.FAILED if off > _FAR_OFF else Status.WARNING, told, step)


def _settings_catalog(facts: Facts) -> Check:
    read = facts.policies
    if isinstance(read, Refusal):
        return _unserved(facts, CATALOG, read)
    others = f", {read.own} of them for Windows and of no template" if read.own != read.count else ""
    return Check(CATALOG, Status.OK, f"{_served(read)}{others}")


def _office_configuration(facts: Facts) -> Check:
    read = facts.office
    if isinstance(read, Refusal):
        return _unserved(facts, OFFICE, read)
    return Check(OFFICE, Status.OK, _served(read))


def _served(read: Listed) -> str:
    more = "the first page lists" if read.more else "it has"
    return f"served; {more} {_count(read.count, 'policy', 'policies')}"


def _unserved(facts: Facts, surface: str, read: Refusal) -> Check:
    """Return the line of a surface that cannot be read: a failure where the work is to be done on it."""
    if surface == facts.surface:
        return Check(surface, _unread(read), read.cause, _step(facts, read))
    if read.withdrawn:
        return Check(surface, Status.OK, "not the surface you chose, and this tenant does not serve it")
    told = f"not the surface you chose ({read.cause})"
    return Check(surface, Status.UNKNOWN, told, f"None, while you work on {facts.surface}")


def _unread(read: Refusal) -> Status:
    """Return how a read ends without which nothing can be done; later it may be answered."""
    return Status.UNKNOWN if read.passes else Status.FAILED


def _step(facts: Facts, read: Refusal) -> str:
    """Return the next step of a read of Intune: a token that carries the permission needs no other one."""
    return _LICENSE if read.says_nothing and _carried(facts, PLAN) else read.next_step


def _license(facts: Facts) -> Check:
    reads = (_own(facts), facts.policies, facts.office, facts.definitions)
    silent = next((read for read in reads if isinstance(read, Refusal) and read.says_nothing), None)
    if silent is not reads[0] and any(isinstance(read, Listed) for read in reads):
        return Check("license", Status.OK, "Intune answers, so the tenant has a license")
    if silent is not None:
        return Check("license", Status.FAILED, silent.cause, _step(facts, silent))
    return Check("license", Status.UNKNOWN, "no read of Intune was answered", "Correct the other lines, and look again")


def _own(facts: Facts) -> Listed | Refusal:
    return facts.policies if facts.surface == CATALOG else facts.office


def _plan(facts: Facts) -> Check:
    lacking = _lacking(facts, PLAN)
    if lacking is not None and isinstance(_own(facts), Listed):
        return Check(PLAN, Status.OK, "policies can be read, whatever the token tells")
    return lacking or Check(PLAN, Status.OK, f"the token carries {_carried(facts, PLAN)}")


def _rollout(facts: Facts) -> Check:
    lacking = _lacking(facts, ROLLOUT)
    if lacking is not None:
        return lacking
    told = f"the token carries {_carried(facts, ROLLOUT)}"
    claims, allowed = facts.login.claims, facts.allowed
    if facts.surface != CATALOG or not claims.is_user or administrator(claims) is not None:
        return Check(ROLLOUT, Status.OK, told)
    if isinstance(allowed, Refusal) or allowed is None:
        why = f" ({allowed.cause})" if isinstance(allowed, Refusal) else ""
        step = allowed.next_step if isinstance(allowed, Refusal) else "Look at the role of the user in Intune"
        unknown = f"{told}, and what the role of the user allows is not known{why}"
        return Check(ROLLOUT, Status.UNKNOWN, unknown, _asked(facts, ROLLOUT, step))
    missing = [action for action in WRITE_ACTIONS if action.lower() not in allowed]
    if not missing:
        return Check(ROLLOUT, Status.OK, f"{told}, and the role of the user allows all writes")
    step = "Add what is missing to the role in Intune, or sign in as somebody who has it"
    return Check(ROLLOUT, _unmet(facts, ROLLOUT), f"the role of the user does not allow {', '.join(missing)}", step)


def _lacking(facts: Facts, need: str) -> Check | None:
    """Return the line of a permission that the token lacks, or does not tell; None where it carries it."""
    claims = facts.login.claims
    if _carried(facts, need):
        return None
    least = ENOUGH[need][0]
    if not claims.readable:
        step = f"See that the app has the permission {least}"
        return Check(need, Status.UNKNOWN, "the token does not tell its permissions", step)
    step = _asked(facts, need, f"Grant the app the permission {least} with admin consent")
    carried = ", ".join(sorted(claims.permissions)) or "none"
    return Check(need, _unmet(facts, need), f"the token lacks {least} (it carries {carried})", step)


def _carried(facts: Facts, need: str) -> str:
    """Return the permission for this that the token carries, "" where it carries none."""
    return next((each for each in ENOUGH[need] if each in facts.login.claims.permissions), "")


def _unmet(facts: Facts, need: str) -> Status:
    """Return how a line ends about what is missing: it hinders those alone who want to do that."""
    return Status.FAILED if need in facts.needs else Status.WARNING


def _refused(facts: Facts, need: str, asked: str, told: str, read: Refusal) -> Check:
    """Return the line of a read that was refused, as ``told``, or that brought no answer to what was ``asked``."""
    if not read.is_forbidden:
        return Check(need, Status.UNKNOWN, f"{_not_known(asked)} ({read.cause})", _asked(facts, need, read.next_step))
    return Check(need, _unmet(facts, need), f"{told} ({read.cause})", _asked(facts, need, _step(facts, read)))


def _not_known(what: str) -> str:
    return f"whether {what} is not known"


def _asked(facts: Facts, need: str, step: str) -> str:
    """Return a next step so that nobody takes it who does not need what it is for."""
    return step if need in facts.needs else f"Only where you want that: {step[:1].lower()}{step[1:]}"


def _groups(facts: Facts) -> Check:
    if isinstance(facts.groups, Refusal):
        return _refused(facts, GROUP_NAMES, _BY_NAME, "groups cannot be found by name; their IDs work", facts.groups)
    if facts.groups:
        return Check(GROUP_NAMES, Status.OK, _BY_NAME)
    step = f"Grant the app {GROUP_PERMISSION} with admin consent, or give the IDs of groups"
    return Check(GROUP_NAMES, _unmet(facts, GROUP_NAMES), "groups come without their names", step)


def _tags(facts: Facts) -> Check:
    if isinstance(facts.tags, Refusal):
        told = "scope tags cannot be found by name; their IDs work"
        return _refused(facts, SCOPE_TAGS, _TAGS_BY_NAME, told, facts.tags)
    return Check(SCOPE_TAGS, Status.OK, _TAGS_BY_NAME)


def _view(facts: Facts) -> Check:
    tag = facts.policies.tag if isinstance(facts.policies, ListedPolicies) else None
    refused = isinstance(facts.tags, Refusal) and facts.tags.is_forbidden
    view = view_of(facts.login.claims, tag, refused)
    if view.is_full:
        return Check("view", Status.OK, f"all policies show: {view.reason}")
    step = (
        "A run creates nothing that may be hidden; sign in as an app, or give assume_full_view where you know that all "
        "policies show"
    )
    if view.extent is Extent.PARTIAL:
        return Check("view", Status.WARNING, f"some policies may be hidden: {view.reason}", step)
    return Check("view", Status.UNKNOWN, f"{_not_known('all policies show')}: {view.reason}", step)


def _approval(facts: Facts) -> Check:
    read = facts.access_policies
    if isinstance(read, Refusal):
        told = f"{_not_known('writes need a second administrator')} ({read.cause})"
        step = _asked(facts, APPROVAL, read.next_step) if read.is_forbidden else AGAIN
        return Check("second_admin", Status.UNKNOWN, told, step)
    if not read:
        return Check("second_admin", Status.OK, "no access policy, so no write waits for a second administrator")
    told = f"{_count(len(read), 'access policy', 'access policies')} ({', '.join(sorted(set(read)))})"
    step = "Give approval_reason and approval_codes, or have this app excluded from the policy"
    told = f"{told}: writes that one of them covers wait for a second administrator"
    return Check("second_admin", Status.WARNING, told, step)


def _requests(facts: Facts) -> Check:
    if isinstance(facts.waiting, Refusal):
        return _refused(facts, APPROVAL, _STATES, "the states of requests for approval cannot be read", facts.waiting)
    return Check(APPROVAL, Status.OK, f"{_STATES}; {facts.waiting} wait")


def _definitions(facts: Facts) -> Check:
    read = facts.definitions
    if isinstance(read, Refusal):
        told = _not_known(_LOOKED_UP) if read.passes else "settings cannot be looked up"
        return Check("definitions", _unread(read), f"{told} ({read.cause})", _step(facts, read))
    if not read.count:
        step = "Check cloud and api_version; a tenant with Intune has them"
        return Check("definitions", Status.WARNING, "Graph has no definitions of Word's settings", step)
    more = " on the first page" if read.more else ""
    return Check("definitions", Status.OK, f"{_LOOKED_UP}; Word has {read.count} definitions{more}")


def _batch(facts: Facts) -> Check:
    if facts.batch is None:
        return Check("batch", Status.UNKNOWN, "no call in a $batch was answered", AGAIN)
    if facts.batch:
        return Check("batch", Status.OK, "the tenant takes $batch")
    told = "the tenant refuses $batch, so that each call goes alone: runs take longer, with the same result"
    return Check("batch", Status.WARNING, told, "See whether a proxy in between refuses it")


def _count(number: int, one: str, many: str) -> str:
    return f"{number or 'no'} {one if number == 1 else many}"


def proxy_shown(url: str | None) -> str:
    """Return a proxy without its login, "" for none."""
    if not url:
        return ""
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        host, port = parts.hostname, parts.port
    except ValueError:
        return "that is given"
    return f"{host}:{port}" if host and port else host or "that is given"
