# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status reports as values: mapping by schema, which pages are missing, what a status means, and who a row is about."""

from __future__ import annotations

import random
import typing as t
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._catalog.catalog import built_in
from ansible_collections.m365.apps.plugins.module_utils._catalog.codec import OWN_TYPE
from ansible_collections.m365.apps.plugins.module_utils._catalog.device_rows import (
    DEVICE_COLUMNS,
    failed_settings_of,
    report_of_rows,
    status_of,
)
from ansible_collections.m365.apps.plugins.module_utils._catalog.report_tables import (
    PAGE_SIZE,
    Page,
    is_steady,
    missing_skips,
    page_of,
    rows_of,
)
from ansible_collections.m365.apps.plugins.module_utils._graph.errors import NotGraphError
from ansible_collections.m365.apps.plugins.module_utils._policy.checkins import FailedSetting, Status, Users
from ansible_collections.m365.apps.plugins.module_utils._policy.policy import Policy

POLICY = Policy("p1", OWN_TYPE, {"display_name": "Macros"})
WHEN = "2026-07-20T10:00:00Z"
MACROS = next(iter(built_in().of_name("excel16", "l_vbawarningspolicy"))).id

Dict = dict[str, t.Any]


def table(columns: t.Sequence[str], *rows: t.Sequence[t.Any], total: t.Any = None) -> Dict:
    """Return a report as Graph sends it."""
    return {
        "TotalRowCount": len(rows) if total is None else total,
        "Schema": [{"Column": name, "PropertyType": "String"} for name in columns],
        "Values": [list(row) for row in rows],
        "SessionId": "s",
    }


def device(device_id: str = "d1", **more: t.Any) -> Dict:
    """Return one row of the report by column."""
    return {
        "DeviceName": f"PC-{device_id}",
        "IntuneDeviceId": device_id,
        "UPN": "ann@contoso.example",
        "UserId": "u1",
        "PolicyStatus": 2,
        "PolicyStatus_loc": "Succeeded",
        "ReportStatus": "Succeeded",
        "PspdpuLastModifiedTimeUtc": WHEN,
        "UnifiedPolicyPlatformType_loc": "Windows 10 and later",
        **more,
    }


# Mapping by schema

CELLS = st.one_of(st.none(), st.integers(), st.text(max_size=5), st.lists(st.integers(), max_size=2))


@given(
    st.lists(st.text(max_size=6), unique=True, min_size=1, max_size=8),
    st.data(),
    st.randoms(use_true_random=False),
)
def test_values_are_found_wherever_their_columns_stand(
    names: list[str], data: st.DataObject, chance: random.Random
) -> None:
    wanted = data.draw(st.sets(st.sampled_from(names)))
    rows = data.draw(st.lists(st.lists(CELLS, min_size=len(names), max_size=len(names)), max_size=5))
    order = chance.sample(range(len(names)), len(names))
    shuffled = table([names[place] for place in order], *([row[place] for place in order] for row in rows))
    page = page_of(shuffled, wanted)
    assert page == page_of(table(names, *rows), wanted)
    assert page.columns == wanted
    # What is not asked for is kept out.
    assert list(page.rows) == [{name: row[names.index(name)] for name in wanted} for row in rows]


@pytest.mark.parametrize(
    ("document", "says"),
    [
        ([], "the report is list, not an object"),
        ({"Schema": [], "TotalRowCount": 0}, "no list 'Values'"),
        ({"Values": [], "TotalRowCount": 0}, "no schema"),
        ({"Schema": [{"Name": "A"}], "Values": [], "TotalRowCount": 0}, "no schema"),
        ({"Schema": 5, "Values": [], "TotalRowCount": 0}, "no schema"),
        (table(["A", "A"]), "two columns of the report have the same name"),
        (table(["A"], total=True), "has no number of rows"),
        (table(["A"], total=-1), "has no number of rows"),
        (table(["A"], total="1"), "has no number of rows"),
        (table(["A"], total=10**9), "1000000000 rows"),
        (table(["A", "B"], ["x"]), "does not have the columns of its schema"),
        (table(["A"], ["x", "y"]), "does not have the columns of its schema"),
        ({**table(["A"]), "Values": [{"A": 1}]}, "does not have the columns of its schema"),
    ],
)
def test_what_is_no_report_is_an_error(document: t.Any, says: str) -> None:
    with pytest.raises(NotGraphError, match=says):
        page_of(document, {"A"})


# Pages


def page(total: int, *places: int) -> Page:
    return Page(frozenset({"A"}), tuple({"A": place} for place in places), total)


def served(total: int, most: int, skip: int) -> Page:
    """Return the page of a server that sends so many rows at most."""
    return page(total, *range(skip, min(total, skip + most)))


@given(st.integers(0, 400), st.integers(1, 70))
def test_all_pages_are_read_in_two_rounds_and_each_once(total: int, most: int) -> None:
    pages: dict[int, Page] = {}
    rounds: list[list[int]] = []
    while skips := missing_skips(pages):
        rounds.append(skips)
        pages |= {skip: served(total, most, skip) for skip in skips}
    assert [row["A"] for row in rows_of(pages)] == list(range(total))
    assert is_steady(pages)
    # The formula: a first page, then all others at once.
    assert [len(skips) for skips in rounds] == [1, *([-(-total // most) - 1] if total > most else [])]


@given(st.integers(1, 300), st.data())
def test_pages_of_any_length_are_read_without_a_gap(total: int, data: st.DataObject) -> None:
    pages: dict[int, Page] = {}
    while skips := missing_skips(pages):
        assert not pages.keys() & set(skips)
        pages |= {skip: served(total, data.draw(st.integers(1, PAGE_SIZE)), skip) for skip in skips}
    assert sorted({row["A"] for row in rows_of(pages)}) == list(range(total))


def test_fewer_rows_than_are_counted_is_an_error() -> None:
    with pytest.raises(NotGraphError, match="counts 120 rows and holds none from row 51 on"):
        missing_skips({0: served(120, 50, 0), 50: page(120), 100: served(120, 50, 100)})
    with pytest.raises(NotGraphError, match="counts 5 rows and holds none from row 1 on"):
        missing_skips({0: page(5)})


def test_a_server_of_endless_pages_is_an_error() -> None:
    with pytest.raises(NotGraphError, match="more than 10000 pages"):
        missing_skips({0: page(100_000, 1)})


@pytest.mark.parametrize(
    ("pages", "steady"),
    [
        ({0: page(3, 1, 2), 2: page(3, 3)}, True),
        # The first row has gone to the other page: another one may have been in neither.
        ({0: page(3, 1, 2), 2: page(3, 2)}, False),
        ({0: page(3, 1, 2), 2: page(4, 3, 4)}, False),
        # Within one page nothing moves.
        ({0: page(2, 1, 1)}, True),
    ],
)
def test_rows_that_move_between_pages_are_seen(pages: dict[int, Page], steady: bool) -> None:
    assert is_steady(pages) is steady


# What a status means


@pytest.mark.parametrize(
    ("row", "status", "words"),
    [
        ({"PolicyStatus": 2, "ReportStatus": "Succeeded"}, Status.SUCCEEDED, "Succeeded"),
        ({"PolicyStatus": 5, "ReportStatus": "Error"}, Status.ERROR, "Error"),
        ({"PolicyStatus": 6, "ReportStatus": "Conflict"}, Status.CONFLICT, "Conflict"),
        ({"PolicyStatus": 4, "ReportStatus": "NonCompliant"}, Status.ERROR, "NonCompliant"),
        ({"ReportStatus": "Not applicable"}, Status.NOT_APPLICABLE, "Not applicable"),
        ({"ReportStatus": "Pending"}, Status.PENDING, "Pending"),
        # Words that are known count before numbers, which are not recorded but for one.
        ({"PolicyStatus": 5, "ReportStatus": "Succeeded"}, Status.SUCCEEDED, "Succeeded"),
        # In the language of the tenant.
        ({"PolicyStatus": 6, "PolicyStatus_loc": "Konflikt", "ReportStatus": None}, Status.CONFLICT, "Konflikt"),
        ({"PolicyStatus": 5, "PolicyStatus_loc": "Error", "ReportStatus": "Fehler"}, Status.ERROR, "Fehler"),
        ({"PolicyStatus": "6"}, Status.CONFLICT, "6"),
        ({"PolicyStatus": 3}, Status.SUCCEEDED, "3"),
        ({"PolicyStatus": 0}, Status.PENDING, "0"),
        ({"PolicyStatus": 7}, Status.NOT_APPLICABLE, "7"),
        ({"PolicyStatus": 42, "ReportStatus": "Staged"}, Status.UNKNOWN, "Staged"),
        ({"PolicyStatus": "²"}, Status.UNKNOWN, "²"),
        ({"PolicyStatus": 10**40}, Status.UNKNOWN, str(10**40)),
        ({"PolicyStatus": [], "ReportStatus": {}}, Status.UNKNOWN, ""),
        ({}, Status.UNKNOWN, ""),
    ],
)
def test_a_status_is_told_by_words_then_by_its_number(row: Dict, status: Status, words: str) -> None:
    assert status_of(row) == (status, words)


# Check-ins


def test_a_row_is_read_whole() -> None:
    report = report_of_rows(POLICY, [device(ReportStatus="Conflict", PolicyStatus=6)])
    (checkin,) = report.checkins
    assert (checkin.user_id, checkin.user_principal_name) == ("u1", "ann@contoso.example")
    assert (checkin.device_id, checkin.device_name, checkin.device_platform) == ("d1", "PC-d1", "Windows 10 and later")
    assert (checkin.status, checkin.was_successful, checkin.error_message) == (Status.CONFLICT, False, "Conflict")
    assert (checkin.at, checkin.policy_id) == (datetime(2026, 7, 20, 10, tzinfo=UTC), "p1")
    assert (report.users, report.devices["conflict"], report.devices["total"]) == (Users(1, 1), 1, 1)


@pytest.mark.parametrize("text", ["2026-07-20T10:00:00", "2026-07-20 10:00:00.0000000", "2026-07-20T12:00:00+02:00"])
def test_a_time_without_an_offset_is_in_utc(text: str) -> None:
    (checkin,) = report_of_rows(POLICY, [device(PspdpuLastModifiedTimeUtc=text)]).checkins
    assert checkin.at == datetime(2026, 7, 20, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    "row",
    [
        device(PspdpuLastModifiedTimeUtc="soon"),
        device(PspdpuLastModifiedTimeUtc=None),
        device(PspdpuLastModifiedTimeUtc="0001-01-01T00:00:00"),
        device("", DeviceName="", UPN="", UserId=""),
        device("00000000-0000-0000-0000-000000000000", DeviceName=None, UPN=None, UserId=None),
    ],
)
def test_a_row_of_nothing_or_of_no_time_is_skipped_and_counted(row: Dict) -> None:
    report = report_of_rows(POLICY, [row, device()])
    assert (report.skipped, len(report.checkins)) == (1, 1)


def test_names_may_be_empty() -> None:
    (checkin,) = report_of_rows(POLICY, [device(DeviceName="", UPN="", UserId="")]).checkins
    assert (checkin.user, checkin.device_name, checkin.user_principal_name) == ("", None, None)


def test_of_a_device_and_user_the_newest_row_counts() -> None:
    old = device(ReportStatus="Error", PspdpuLastModifiedTimeUtc="2026-07-01T00:00:00Z")
    report = report_of_rows(POLICY, [device(), old, device("D1", UserId="u2", UPN="bob@contoso.example")])
    assert [(each.user_id, each.status) for each in report.checkins] == [
        ("u1", Status.SUCCEEDED),
        ("u2", Status.SUCCEEDED),
    ]
    assert report.devices["total"] == 1


def test_a_device_counts_once_by_the_worst_of_its_rows() -> None:
    rows = [
        device(),
        device(UserId="u2", UPN=None, ReportStatus="Pending"),
        device("d2", ReportStatus="Not applicable"),
        device("d2", UserId="u3", UPN=None),
        device("d3", ReportStatus="Conflict"),
        device("d3", UserId="u4", UPN=None, ReportStatus="Error"),
    ]
    report = report_of_rows(POLICY, rows)
    counted = {name: count for name, count in report.devices.items() if count}
    assert counted == {"total": 3, "pending": 1, "succeeded": 1, "error": 1}
    # Who is pending has no result.
    assert report.users == Users(3, 2)


STATUSES = ["Succeeded", "Error", "Conflict", "Pending", "Not applicable", "Staged"]
ROWS = st.lists(
    st.builds(
        lambda number, user, status, day: device(
            f"d{number}",
            UserId=f"u{user}" if user else "",
            UPN="",
            ReportStatus=status,
            PolicyStatus_loc=None,
            PolicyStatus=None,
            PspdpuLastModifiedTimeUtc=f"2026-07-0{day}T00:00:00Z",
        ),
        st.integers(1, 4),
        st.integers(0, 3),
        st.sampled_from(STATUSES),
        st.integers(1, 9),
    ),
    max_size=15,
)


@given(ROWS, st.randoms(use_true_random=False))
def test_counts_add_up_whatever_the_order(rows: list[Dict], chance: random.Random) -> None:
    report = report_of_rows(POLICY, rows)
    devices = report.devices
    assert devices["total"] == sum(count for name, count in devices.items() if name != "total")
    assert devices["total"] == len({row["IntuneDeviceId"] for row in rows})
    assert 0 <= report.users.failed <= report.users.checked_in
    assert (report.users.failed > 0) == (devices["error"] + devices["conflict"] > 0)
    assert (report.users.checked_in > 0) == report.has_data
    again = report_of_rows(POLICY, chance.sample(rows, len(rows)))
    assert (again.devices, again.users, again.checkins) == (devices, report.users, report.checkins)


def test_statuses_that_nobody_knows_are_told_and_count_as_nothing() -> None:
    rows = [device(f"d{n}", ReportStatus=f"Staged {n}", PolicyStatus_loc=None, PolicyStatus=99) for n in range(5)]
    report = report_of_rows(POLICY, rows)
    assert (report.users, report.devices["unknown"], report.has_data) == (Users(0, 0), 5, False)
    (note,) = report.notes
    assert note == (
        "policy 'Macros' (id p1): this collection does not know the status 'Staged 0', 'Staged 1', 'Staged 2' and 2 "
        "more, which counts neither as success nor as failure"
    )


def test_nothing_of_other_columns_gets_into_a_report() -> None:
    document = table([*device(), "Secret"], [*device().values(), "s"])
    (row,) = page_of(document, DEVICE_COLUMNS).rows
    assert "Secret" not in row


# Settings


def test_settings_that_failed_come_by_their_keys_and_most_often_first() -> None:
    rows = [
        {"SettingId": "nobody_knows", "SettingName": "Mine", "NumberOfErrorDevices": 1, "NumberOfConflictDevices": 0},
        {"SettingId": MACROS, "SettingName": "VBA", "NumberOfErrorDevices": "2", "NumberOfConflictDevices": 3},
        {"SettingId": "fine", "SettingName": "Fine", "NumberOfErrorDevices": 0, "NumberOfConflictDevices": None},
        {"SettingName": "Only\nnamed", "NumberOfConflictDevices": 1},
    ]
    assert failed_settings_of(rows, built_in()) == (
        FailedSetting("excel16/L_VBAWarningsPolicy", "VBA", 2, 3),
        FailedSetting("", "Only\\nnamed", 0, 1),
        FailedSetting("nobody_knows", "Mine", 1, 0),
    )
