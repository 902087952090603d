# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of the bulk modules to those of a run: omitted, empty, null and wrong, as Ansible gives them."""

from __future__ import annotations

import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.m365.apps.plugins.module_utils._converge.apply import OnError
from ansible_collections.m365.apps.plugins.module_utils._converge.binding import Binding
from ansible_collections.m365.apps.plugins.module_utils._converge.confirm import Wait
from ansible_collections.m365.apps.plugins.module_utils._converge.converge import RunOptions
from ansible_collections.m365.apps.plugins.module_utils._converge.guards import Guards, Prune
from ansible_collections.m365.apps.plugins.module_utils._converge.order import Order, Unlisted
from ansible_collections.m365.apps.plugins.module_utils._errors import UserError
from ansible_collections.m365.apps.plugins.module_utils._module.arguments import BULK
from ansible_collections.m365.apps.plugins.module_utils._module.run_options import (
    bulk_options,
    given_order,
    refuse_null,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.limits import Limit
from ansible_collections.m365.apps.tests.unit.modules import (
    OFFICE_CLIENT_CONFIG_ORDER,
    OFFICE_CLIENT_CONFIGS,
    ModuleDefinition,
)

ITEM = {"display_name": "A"}
# An option that is required or has a default takes no null: Ansible refuses it by itself.
NULL_REFUSED_BY_ANSIBLE = {"policies", *(name for name, option in BULK.items() if option.get("default") is not None)}


def validated(raw: dict[str, t.Any], definition: ModuleDefinition = OFFICE_CLIENT_CONFIGS) -> dict[str, t.Any]:
    """Return the options as Ansible validates them."""
    result = ArgumentSpecValidator(definition.spec).validate(raw)
    assert result.error_messages == []
    parameters: dict[str, t.Any] = result.validated_parameters
    return parameters


def errors_of_ansible(raw: dict[str, t.Any]) -> list[str]:
    """Return what Ansible itself refuses."""
    messages: list[str] = ArgumentSpecValidator(OFFICE_CLIENT_CONFIGS.spec).validate(raw).error_messages
    return messages


def options(check_mode: bool = False, **raw: t.Any) -> RunOptions:
    given = {"policies": [ITEM], **raw}
    return bulk_options(validated(given), given, check_mode)


def error_of(**raw: t.Any) -> str:
    with pytest.raises(UserError) as caught:
        options(**raw)
    return str(caught.value)


# Every option omitted, empty, null


def test_what_is_omitted_sets_no_bounds() -> None:
    assert options() == RunOptions(
        check_mode=False,
        whole_policies=False,
        order=None,
        guards=Guards(prune=None, protect=(), max_deletions=None, max_changes=None),
        binding=Binding(),
        context={},
        on_error=OnError.STOP,
        wait=Wait(60.0),
    )


def test_reading_back_can_be_turned_off_and_bounded() -> None:
    assert options(wait=False).wait is None
    assert options(wait_timeout=0.0).wait == Wait(0.0)


@pytest.mark.parametrize("timeout", [-1.0, float("inf"), float("nan")])
def test_a_wait_that_is_no_time_is_refused(timeout: float) -> None:
    with pytest.raises(UserError, match=r"^the task: cannot use wait_timeout: .* is not a time in seconds\. Give"):
        options(wait_timeout=timeout)


@pytest.mark.parametrize("check_mode", [False, True])
def test_check_mode_is_taken_over(check_mode: bool) -> None:
    assert options(check_mode).check_mode is check_mode


@pytest.mark.parametrize("name", sorted(NULL_REFUSED_BY_ANSIBLE))
def test_null_is_refused_by_ansible(name: str) -> None:
    messages = errors_of_ansible({"policies": [ITEM], name: None})  # older cores have one for type and one for choices
    assert messages
    assert all(name in message for message in messages)


@pytest.mark.parametrize("name", sorted(set(BULK) - NULL_REFUSED_BY_ANSIBLE))
def test_null_is_refused(name: str) -> None:
    assert error_of(**{name: None}) == f"the task: cannot use {name}: it is null. Leave {name} out, or give it a value."


@pytest.mark.parametrize("prune", [False, True])
def test_null_in_the_scope_is_refused_and_never_everything(prune: bool) -> None:
    message = error_of(prune=prune, prune_scope={"display_name": None})
    assert "cannot use prune_scope.display_name: it is null" in message


def test_a_null_kind_in_the_scope_is_refused_by_ansible() -> None:
    (message,) = errors_of_ansible({"policies": [ITEM], "prune_scope": {"kind": None}})
    assert "value of kind must be one of" in message


@pytest.mark.parametrize(("name", "empty"), [("order", []), ("prune_scope", {}), ("protect", [])])
def test_what_is_empty_is_as_if_left_out(name: str, empty: t.Any) -> None:
    assert options(**{name: empty}) == options()


@pytest.mark.parametrize("name", ["max_deletions", "max_changes"])
@pytest.mark.parametrize("empty", ["", " "])
def test_an_empty_limit_is_refused(name: str, empty: str) -> None:
    assert error_of(**{name: empty}).startswith(f"the task: cannot use {name}: '{empty}' is not a number.")


def test_an_empty_fingerprint_is_handed_on_to_be_refused() -> None:
    assert options(expect_fingerprint="").binding == Binding("")


def test_a_fingerprint_is_taken_as_it_is() -> None:
    assert options(expect_fingerprint="m365.apps-1:x").binding.fingerprint == "m365.apps-1:x"


def test_a_plan_and_the_part_that_counts_are_taken_over() -> None:
    plan = {"fingerprint": "m2", "details": {}}
    assert options(expect_plan=plan, expect_part="definitions").binding == Binding(None, plan, definitions_only=True)
    assert options(expect_plan={}).binding != Binding()
    assert options(plan_context={"waves": []}).context == {"waves": []}


def test_a_part_of_no_plan_is_refused() -> None:
    assert error_of(expect_part="definitions") == (
        "the task: cannot use expect_part: neither expect_fingerprint nor expect_plan is given. "
        "Give the plan that the run is bound to, or leave it out."
    )


@pytest.mark.parametrize("choice", ["stop", "continue"])
def test_what_a_failure_means_is_taken_over(choice: str) -> None:
    assert options(on_error=choice).on_error.value == choice


# Limits


@pytest.mark.parametrize("name", ["max_deletions", "max_changes"])
@pytest.mark.parametrize(
    ("value", "limit"),
    [
        (0, Limit(0)),
        (5, Limit(5)),
        ("5", Limit(5)),
        (5.0, Limit(5)),
        ("5.0", Limit(5)),
        (" 5 ", Limit(5)),
        ("005", Limit(5)),
        ("10%", Limit(10, percent=True)),
        ("10 %", Limit(10, percent=True)),
        ("10.0%", Limit(10, percent=True)),
        ("0%", Limit(0, percent=True)),
        ("100%", Limit(100, percent=True)),
        (999_999_999, Limit(999_999_999)),
    ],
)
def test_a_limit_is_a_number_or_a_share(name: str, value: t.Any, limit: Limit) -> None:
    assert getattr(options(**{name: value}).guards, name) == limit


@pytest.mark.parametrize("name", ["max_deletions", "max_changes"])
@pytest.mark.parametrize(
    "value",
    [
        "rubbish",
        "-1",
        -1,
        "5.5",
        5.5,
        "1e3",
        "%",
        "%5",
        "5%%",
        "5 5",
        "5,0",
        "5.00",
        "0x5",
        "1000000000",
        True,
        "no",
        [],
    ],
)
def test_what_is_no_limit_is_refused_as_it_was_written(name: str, value: t.Any) -> None:
    assert error_of(**{name: value}) == (
        f"the task: cannot use {name}: '{value}' is not a number. Give a number, such as 5, or a share, such as 10%."
    )


# Pruning


def test_pruning_without_a_scope_is_of_any_kind_and_name() -> None:
    assert options(prune=True).guards.prune == Prune(kinds=(), names=("*",))


@pytest.mark.parametrize(
    ("scope", "prune"),
    [
        ({}, Prune()),
        ({"kind": []}, Prune()),
        ({"kind": ["windows", "office"]}, Prune(kinds=("windows", "office"))),
        ({"kind": "windows"}, Prune(kinds=("windows",))),
        ({"display_name": ["A *", "B"]}, Prune(names=("A *", "B"))),
        ({"display_name": "A *"}, Prune(names=("A *",))),
        ('{"display_name": ["A *"]}', Prune(names=("A *",))),
        ({"parts_of": ["A"]}, Prune(names=(), parts_of=("A",))),
        ({"parts_of": ["A"], "display_name": ["B"]}, Prune(names=("B",), parts_of=("A",))),
        ({"parts_of": []}, Prune()),
    ],
)
def test_the_scope_is_taken_over(scope: t.Any, prune: Prune) -> None:
    assert options(prune=True, prune_scope=scope).guards.prune == prune


def test_an_empty_list_of_names_is_an_error_and_never_everything() -> None:
    assert error_of(prune=True, prune_scope={"display_name": []}) == (
        "the task: cannot prune: prune_scope.display_name is empty. Give patterns, or leave it out for any name."
    )


def test_pruning_with_an_empty_list_of_policies_is_an_error() -> None:
    assert error_of(prune=True, policies=[]) == (
        "the task: cannot prune: policies is empty, so every policy would go. "
        "List at least one policy, or leave prune out."
    )


@pytest.mark.parametrize("raw", [{"prune": False}, {}])
def test_an_empty_list_of_policies_is_fine_without_pruning(raw: dict[str, t.Any]) -> None:
    assert options(policies=[], prune_scope={"display_name": ["A"]}, **raw).guards == Guards()


def test_protected_names_are_taken_over() -> None:
    assert options(protect=["* (keep)", "A"]).guards.protect == ("* (keep)", "A")


# Order


@pytest.mark.parametrize("unlisted", list(Unlisted))
def test_an_order_is_taken_over(unlisted: Unlisted) -> None:
    found = options(order=["B", "id-A", 5], unlisted=unlisted.value)
    assert found.order == Order(("B", "id-A", "5"), unlisted)


def test_unlisted_policies_go_behind_by_default() -> None:
    assert options(order=["A"]).order == Order(("A",), Unlisted.KEEP_AFTER)


@pytest.mark.parametrize("blank", ["", " ", "\t"])
def test_a_blank_entry_of_the_order_is_refused(blank: str) -> None:
    assert error_of(order=["A", blank]) == ("the order: cannot use it: an entry is empty. Give ids or display names.")


def test_the_order_module_takes_the_same_order() -> None:
    raw = {"order": ["B", "A"], "unlisted": "fail"}
    assert given_order(validated(raw, OFFICE_CLIENT_CONFIG_ORDER)) == Order(("B", "A"), Unlisted.FAIL)


def test_the_order_module_refuses_null() -> None:
    with pytest.raises(UserError, match="cannot use order: it is null"):
        refuse_null({"order": None})


def test_what_ansible_filled_in_is_not_refused() -> None:
    # Validation gives every option that was left out a None; only what was given counts.
    params = validated({"order": ["A"]}, OFFICE_CLIENT_CONFIG_ORDER)
    refuse_null({"order": ["A"]})
    assert given_order(params) == Order(("A",), Unlisted.KEEP_AFTER)


@pytest.mark.parametrize("name", sorted(name for name, option in BULK.items() if "choices" in option))
def test_an_unknown_choice_is_refused_by_ansible(name: str) -> None:
    (message,) = errors_of_ansible({"policies": [ITEM], name: "sometimes"})
    assert name in message
