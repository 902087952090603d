# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wait at a check-in gate: asks until it opens or the time is over, and says what was counted meanwhile."""

from __future__ import annotations

import time
import typing as t
from dataclasses import dataclass

from ansible_collections.m365.apps.plugins.module_utils._module.masking import may_be_masked
from ansible_collections.m365.apps.plugins.plugin_utils._policies.model import PoliciesError
from ansible_collections.m365.apps.plugins.plugin_utils._policies.waves import checkin_gate

Dict = dict[str, t.Any]


def verdict_on(checkins: t.Any, *options: t.Any, **named: t.Any) -> Dict:
    """Return what checkin_gate says. Raises PoliciesError, also where a mask may stand in a name that counts."""
    policies = options[0] if options else named.get("policies")
    wanted = policies if isinstance(policies, (list, tuple)) else ()
    listed = checkins.get("policies") if isinstance(checkins, dict) else None
    names = [str(row.get("display_name")) for row in listed or () if isinstance(row, dict)]
    hidden = [name for name in wanted if name not in names and any(may_be_masked(name, shown) for shown in names)]
    if hidden:
        cause = f"a mask may stand for a secret in the name of policy '{hidden[0]}'"
        raise PoliciesError(f"the check-ins: cannot be compared: {cause}. Use another secret.")
    return checkin_gate(checkins, *options, **named)


@dataclass(frozen=True)
class Gate:
    """What must be true of check-ins, and for how long it is asked.

    ``policies`` are the names or ids that count, None for all; ``timeout`` and ``interval`` are seconds.
    """

    policies: t.Sequence[str] | None = None
    min_users: int = 1
    max_failure_rate: float = 0
    timeout: int = 3600
    interval: int = 300
    on_no_data: str = "stop"

    def check(self) -> None:
        """Raise PoliciesError for settings that cannot be meant."""
        if self.interval < 1 or self.timeout < 0:
            raise PoliciesError(
                f"interval is {self.interval} and timeout is {self.timeout}. Give an interval from 1 on and a timeout"
                " from 0 on, in seconds."
            )
        self.says({"policies": []})

    def says(self, checkins: Dict, final: bool = False) -> Dict:
        """Return the verdict on check-ins, as the filter checkin_gate does."""
        return verdict_on(checkins, self.policies, self.min_users, self.max_failure_rate, self.on_no_data, final=final)


@dataclass(frozen=True)
class World:
    """What the wait is made of: the question, the lines to people, and time."""

    ask: t.Callable[[], Dict]
    say: t.Callable[[str], None]
    clock: t.Callable[[], float] = time.monotonic
    sleep: t.Callable[[float], None] = time.sleep


def wait_at(gate: Gate, world: World) -> tuple[Dict | None, Dict]:
    """Return the verdict, with the seconds it took in ``waited``, and the last answer; no verdict when that failed.

    A question that fails at a call is asked again like one whose answer does not open the gate; one that cannot be
    asked at all, since the task itself is wrong, is not.
    """
    begun = world.clock()
    while True:
        answer = world.ask()
        waited = world.clock() - begun
        left = gate.timeout - waited
        failed = bool(answer.get("failed"))
        if failed and not answer.get("error"):
            return None, answer
        final = left <= 0
        verdict = None if failed else {**gate.says(answer, final=final), "waited": int(waited)}
        if verdict is not None and verdict["verdict"] == "passed":
            return verdict, answer
        counted = _counts(verdict) if verdict else f"the check-ins could not be read: {answer.get('msg')}"
        if final:
            world.say(f"{counted}; the time is over")
            return verdict, answer
        pause = min(gate.interval, left)
        world.say(f"{counted}; asks again in {pause:.0f} s, {left:.0f} s are left")
        world.sleep(pause)


def _counts(verdict: Dict) -> str:
    return f"{verdict['users']} of {verdict['needed_users']} users checked in, {verdict['failed']} of them failed"
