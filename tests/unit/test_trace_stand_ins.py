# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Stand-ins: the same thing, the same one; another thing, another one; nothing of the thing in it."""

from __future__ import annotations

import re
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._trace.stand_ins import PUBLIC_GUIDS, StandIns
from ansible_collections.m365.apps.tests.unit.traces import GUID, KEY, OTHER_GUID

TEXTS = st.text(min_size=1, max_size=80)


@given(TEXTS, TEXTS)
def test_the_same_text_has_the_same_stand_in_and_another_has_another(one: str, other: str) -> None:
    first, second = StandIns(KEY), StandIns(KEY)
    assert first.of_text(one) == second.of_text(one)
    assert (first.of_text(one) == first.of_text(other)) == (one == other)
    assert StandIns(b"another key of 32 bytes, or more").of_text(one) != first.of_text(one)


@pytest.mark.parametrize("text", ["Contoso - Alle", "ALL STAFF", "straße", "Ünïcode", "x"])
def test_texts_that_differ_in_case_alone_have_stand_ins_that_differ_in_case_alone(text: str) -> None:
    stand_ins = StandIns(KEY)
    forms = {text, text.lower(), text.upper(), text.title()}
    made = {form: stand_ins.of_text(form) for form in forms}
    assert len(set(made.values())) == len(forms)
    by_fold = {form.casefold() for form in forms}
    assert len({shown.casefold() for shown in made.values()}) == len(by_fold)


@given(st.uuids(), st.uuids())
def test_a_guid_is_a_guid_in_the_case_it_had(one: uuid.UUID, other: uuid.UUID) -> None:
    stand_ins = StandIns(KEY)
    made = stand_ins.of_text(str(one))
    assert str(uuid.UUID(made)) == made != str(one)
    assert stand_ins.of_text(str(one).upper()).lower() == made
    assert stand_ins.of_text(f"{one}_{other}") == f"{made}_{stand_ins.of_text(str(other))}"


@pytest.mark.parametrize("guid", sorted(PUBLIC_GUIDS))
def test_guids_that_all_tenants_have_stay(guid: str) -> None:
    assert StandIns(KEY).of_text(guid) == guid


def test_a_version_behind_a_guid_stays() -> None:
    stand_ins = StandIns(KEY)
    assert stand_ins.of_text(f"{GUID}_3") == f"{stand_ins.of_guid(GUID)}_3"
    assert stand_ins.of_guid(GUID) != stand_ins.of_guid(OTHER_GUID)


@pytest.mark.parametrize(
    "date",
    [
        "2026-03-04",
        "2026-03-04T05:06:07Z",
        "2026-03-04T05:06:07.1234567Z",
        "2026-03-04T05:06:07.12+02:00",
        "2026-03-04 05:06:07",
        "2026-03-04T05:06",
        "2026-03-04T05:06+02:00",
    ],
)
def test_a_date_keeps_its_form(date: str) -> None:
    made = StandIns(KEY).of_text(date)
    assert re.sub(r"\d", "0", made.replace("+02:00", "+")) == re.sub(r"\d", "0", date.replace("+02:00", "+"))
    assert made[:10] != date[:10]


def test_no_date_stays_none() -> None:
    assert StandIns(KEY).of_text("0001-01-01T00:00:00Z") == "0001-01-01T00:00:00Z"


def test_an_address_is_a_user_at_a_domain() -> None:
    stand_ins = StandIns(KEY)
    anna, bert = stand_ins.of_text("anna@contoso.com"), stand_ins.of_text("bert@contoso.com")
    assert re.fullmatch(r"user-[a-p]{12}@domain-[a-p]{12}\.example", anna)
    assert anna != bert
    assert anna.partition("@")[2] == bert.partition("@")[2]


@pytest.mark.parametrize(("length", "kept"), [(64, 17), (65, 65), (1000, 1000), (1001, 1001), (5000, 4096)])
def test_a_long_text_keeps_its_length(length: int, kept: int) -> None:
    assert len(StandIns(KEY).of_text("x" * length)) == kept


@given(st.from_regex(r"[1-9][0-9]{9,29}", fullmatch=True))
def test_a_number_has_as_many_digits(digits: str) -> None:
    made = StandIns(KEY).of_digits(digits)
    assert (len(made), made.isdecimal(), made[0] != "0") == (len(digits), True, True)


def test_an_empty_text_stays() -> None:
    assert StandIns(KEY).of_text("") == ""
