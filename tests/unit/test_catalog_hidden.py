# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever scope tags hide from whom: a run makes nothing twice, and calls nothing deleted that is only hidden."""

from __future__ import annotations

import typing as t
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.instances import instances
from ansible_collections.m365.apps.plugins.module_utils._catalog.language import compile_settings
from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError, Outcome
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._policy.desired import DesiredPolicy, State
from ansible_collections.m365.apps.tests.unit.catalog_tenant import CatalogTenant
from ansible_collections.m365.apps.tests.unit.fuzz_tenant import CLIENT, ORIGIN, TENANT

MACROS = {"setting": "excel16/L_VBAWarningsPolicy", "value": 3}
SENT = [{"settingInstance": instance} for instance in instances(compile_settings([MACROS], built_in()))]
TAGS, NAMES = ("0", "1", "2"), ("A", "B", "C", "D")


@dataclass(frozen=True)
class Case:
    """Who signed in; the scope tag of each policy that is there, and those that the user sees; what is asked for."""

    who: str
    tags: dict[str, str]
    visible: list[str]
    wanted: dict[str, State]

    @property
    def shown(self) -> set[str]:
        """The names of policies that the login sees."""
        is_limited = self.who == "user" and self.visible
        return {name for name, tag in self.tags.items() if not is_limited or tag in self.visible}

    @property
    def doubtful(self) -> set[str]:
        """The names that are asked for and may be those of hidden policies."""
        return set(self.wanted) - self.shown if self.who == "user" else set()

    def tenant(self) -> CatalogTenant:
        """Return the tenant, and let whom it is about sign in."""
        rows = [{"name": name, "roleScopeTagIds": [tag], "settings": SENT} for name, tag in self.tags.items()]
        found = CatalogTenant(*rows, scope_tags=["One", "Two"])
        found.put("settings", {"visible_scope_tags": self.visible})
        held = found.world.tenants[TENANT]
        found.token = found.world.keys.issue(held, held.apps[CLIENT], ORIGIN, 3600, "1", self.who)
        return found

    def run(self, found: CatalogTenant, **options: t.Any) -> Outcome:
        """Bring the tenant to what is asked for."""
        values = {"settings": [MACROS], "description": "D"}
        return found.run(
            *(DesiredPolicy("", state, display_name=name, values=values) for name, state in self.wanted.items()),
            **options,
        )

    def after(self, names: t.Collection[str]) -> dict[str, str]:
        """Return the descriptions by name of what is there when all that was asked of these names is done."""
        found = {name: "D" if name in names and name in self.wanted else "" for name in (*self.tags, *names)}
        gone = {name for name in names if self.wanted.get(name) is State.ABSENT}
        return {name: text for name, text in found.items() if name not in gone}


cases = st.builds(
    Case,
    st.sampled_from(["app", "user", "user", "intune_administrator"]),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from(TAGS)),
    st.lists(st.sampled_from(TAGS), unique=True),
    st.dictionaries(st.sampled_from(NAMES), st.sampled_from([State.PRESENT, State.ABSENT]), min_size=1),
)


def there(found: CatalogTenant) -> dict[str, str]:
    """Return the descriptions of all policies by name; none is there twice."""
    names = [policy["name"] for policy in found.policies]
    assert len(set(names)) == len(names)
    return {policy["name"]: policy["description"] or "" for policy in found.policies}


@given(cases)
def test_what_may_be_hidden_ends_the_run_before_the_first_write(case: Case) -> None:
    found = case.tenant()
    before = there(found)
    for check in (True, False):
        refused = ""
        try:
            assert case.run(found, check_mode=check).error is None
        except UserError as error:
            refused = str(error)
        assert bool(refused) is bool(case.doubtful)
        assert all(f"policy '{name}'" in refused for name in case.doubtful)
        if check or refused:
            assert (there(found), found.writes) == (before, [])
        else:
            assert there(found) == case.after(case.wanted)


@given(cases)
def test_what_may_be_hidden_is_left_and_all_else_is_done(case: Case) -> None:
    found = case.tenant()
    outcome = case.run(found, on_error=OnError.LEAVE)
    failed = {name for name, status in zip(case.wanted, outcome.statuses, strict=True) if status == "failed"}
    assert failed == case.doubtful
    assert there(found) == case.after(set(case.wanted) - case.doubtful)
