# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Check-ins as values: times, who failed, what is stale, and what cannot be read."""

from __future__ import annotations

import random
import typing as t
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.m365.apps.plugins.module_utils._office.checkins import (
    checkin_from_graph,
    report_from_graph,
    summary_from_graph,
)
from ansible_collections.m365.apps.plugins.module_utils._policy.checkins import (
    Checkin,
    Report,
    Status,
    Users,
    format_moment,
    latest_by_device,
    parse_moment,
    stale_devices,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ANN, BOB = "ann@contoso.example", "bob@contoso.example"


def status(
    user: str | None = ANN, ok: t.Any = True, at: t.Any = "2026-02-01T00:00:00Z", **more: t.Any
) -> dict[str, t.Any]:
    """Return a check-in as Graph sends it."""
    return {"userId": "", "userPrincipalName": user, "wasSuccessful": ok, "checkinDateTime": at, **more}


NO_COUNTS: list[t.Any] = [2**63, 10**4000, -1, "3", 1.5, True, []]


def report(*statuses: t.Any, summary: t.Any = None) -> Report:
    return report_from_graph(summary, list(statuses))


# Times

OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1), timezones=OFFSETS))
def test_every_time_with_an_offset_is_read(moment: datetime) -> None:
    assert parse_moment(moment.isoformat()) == moment
    assert parse_moment(format_moment(moment)) == moment
    assert parse_moment(format_moment(moment)).tzinfo is UTC


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-31T08:00:00Z", "2026-01-31T08:00:00Z"),
        ("2026-01-31t08:00:00z", "2026-01-31T08:00:00Z"),
        ("2026-01-31 08:00:00+00:00", "2026-01-31T08:00:00Z"),
        # Both are from the documentation's samples.
        ("2016-12-31T23:56:33.9571764-08:00", "2017-01-01T07:56:33.957176Z"),
        ("2017-01-01T00:03:31.0887348+03:00", "2016-12-31T21:03:31.088734Z"),
        ("2026-01-31T08:00:00.1Z", "2026-01-31T08:00:00.100000Z"),
        ("2026-01-31T08:00:00.999999999999Z", "2026-01-31T08:00:00.999999Z"),
        ("2024-02-29T00:00:00Z", "2024-02-29T00:00:00Z"),
    ],
)
def test_times_are_read_as_they_are_written(text: str, expected: str) -> None:
    assert format_moment(parse_moment(text)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "2026-01-31",
        "2026-01-31T08:00:00",
        "2026-01-31T08:00Z",
        "20260131T080000Z",
        "2026-W05-6T08:00:00Z",
        "2026-01-31T08:00:00.Z",
        "2026-01-31T08:00:00,5Z",
        "2026-01-31T08:00:00+0100",
        "2026-01-31T08:00:00+24:00",
        "2026-02-29T08:00:00Z",
        "2026-13-01T08:00:00Z",
        "2026-01-31T25:00:00Z",
        "0001-01-01T00:00:00+03:00",
        "9999-12-31T23:59:59-01:00",
        " 2026-01-31T08:00:00Z",
        "2026-01-31T08:00:00Z\n",
        "٢٠٢٦-01-31T08:00:00Z",
        "String (timestamp)",
    ],
)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time"):
        parse_moment(text)


@given(st.text(alphabet="0123456789-:.+TtZz ") | st.text())
def test_any_text_is_a_time_or_a_value_error(text: str) -> None:
    try:
        moment = parse_moment(text)
    except ValueError:
        return
    assert moment.tzinfo is UTC


# Reading


def test_a_check_in_is_read_whole() -> None:
    document = status(
        userId="u1",
        deviceName="ANN-LAPTOP",
        devicePlatform="Windows",
        devicePlatformVersion="10.0",
        errorMessage="no",
        appliedPolicies=["p1", "p2"],
        ok=False,
        unknown=1,
    )
    assert checkin_from_graph(document) == Checkin(
        user_id="u1",
        user_principal_name=ANN,
        device_name="ANN-LAPTOP",
        device_platform="Windows",
        device_platform_version="10.0",
        status=Status.ERROR,
        at=datetime(2026, 2, 1, tzinfo=UTC),
        error_message="no",
        applied_policies=("p1", "p2"),
    )


@pytest.mark.parametrize(
    "document",
    [
        status(at=None),
        status(at="soon"),
        status(at=5),
        status(at="0001-01-01T00:00:00Z"),
        status(user=None),
        status(user=""),
        {"userId": "u1", "wasSuccessful": True},
    ],
)
def test_a_check_in_without_user_or_time_is_skipped_and_counted(document: t.Any) -> None:
    found = report(document, status())
    assert (found.skipped, len(found.checkins), found.users) == (1, 1, Users(1, 0))


@pytest.mark.parametrize(
    ("statuses", "says"),
    [
        ({}, "the check-ins are dict, not a list"),
        ("x", "the check-ins are str, not a list"),
        ([None], "a check-in is NoneType, not an object"),
        (["x"], "a check-in is str, not an object"),
        ([status(ok=None)], "a check-in does not say whether it was successful"),
        ([status(ok="true")], "a check-in does not say whether it was successful"),
        ([{"userId": "u"}], "a check-in does not say whether it was successful"),
        ([status(appliedPolicies="p")], "the applied policies of a check-in are not a list"),
    ],
)
def test_what_are_no_check_ins_is_an_error(statuses: t.Any, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        report_from_graph(None, statuses)


def test_nothing_is_no_data_and_no_success() -> None:
    nothing = report_from_graph(None, None)
    assert nothing == Report()
    assert (nothing.users, nothing.users.rate, nothing.summary.rate) == (Users(0, 0), None, None)
    assert (nothing.last, nothing.has_data) == (None, False)


@pytest.mark.parametrize(
    ("document", "counts", "rate"),
    [
        ({"succeededUserCount": 3, "failedUserCount": 1}, (3, 1), 0.75),
        ({"succeededUserCount": 0, "failedUserCount": 2}, (0, 2), 0.0),
        ({"succeededUserCount": 2, "failedUserCount": 0}, (2, 0), 1.0),
        ({"succeededUserCount": 0, "failedUserCount": 0}, (0, 0), None),
        ({"succeededUserCount": 2}, (2, None), 1.0),
        ({}, (None, None), None),
        (None, (None, None), None),
    ],
)
def test_a_summary_has_a_rate_where_it_counts_anybody(document: t.Any, counts: t.Any, rate: float | None) -> None:
    summary = summary_from_graph(document)
    assert ((summary.succeeded, summary.failed), summary.rate) == (counts, rate)


@pytest.mark.parametrize("document", [[], "x", 5, *({"failedUserCount": wrong} for wrong in NO_COUNTS)])
def test_what_is_no_summary_is_an_error(document: t.Any) -> None:
    with pytest.raises(ValueError, match=r"(the summary of check-ins|failedUserCount) is "):
        summary_from_graph(document)


# Who failed

EARLY, LATE = "2026-02-01T00:00:00Z", "2026-02-02T00:00:00+00:00"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ([status(ok=False, at=EARLY), status(at=LATE)], (1, 0)),
        ([status(at=EARLY), status(ok=False, at=LATE)], (1, 1)),
        ([status(at=EARLY), status(ok=False, at=EARLY)], (1, 1)),
        # Another device that is fine does not make up for one that is not.
        ([status(ok=False, at=EARLY, deviceName="A"), status(at=LATE, deviceName="B")], (1, 1)),
        ([status(ok=False, at=EARLY, devicePlatform="iOS"), status(at=LATE, devicePlatform="Windows")], (1, 1)),
        ([status(ok=False, at=EARLY, deviceName="a"), status(at=LATE, deviceName="A")], (1, 0)),
        # A device of the same name is another user's.
        ([status(ok=False, at=EARLY, deviceName="A"), status(BOB, at=LATE, deviceName="A")], (2, 1)),
        ([status(ok=False, at=EARLY), status(ANN.upper(), at=LATE)], (1, 0)),
        ([status(userId="u1", ok=False, at=EARLY), status("renamed@x", userId="U1", at=LATE)], (1, 0)),
    ],
)
def test_a_user_failed_when_the_latest_check_in_of_a_device_failed(
    statuses: list[t.Any], expected: tuple[int, int]
) -> None:
    assert report(*statuses).users == report(*reversed(statuses)).users == Users(*expected)


STATUSES = st.lists(
    st.builds(
        status,
        st.sampled_from([ANN, BOB, "eve@contoso.example"]),
        ok=st.booleans(),
        at=st.integers(0, 6).map(lambda day: f"2026-02-0{day + 1}T00:00:00Z"),
        deviceName=st.sampled_from([None, "A", "B"]),
    ),
    max_size=12,
)


def failed_by_definition(statuses: list[t.Any]) -> set[str]:
    """Return the users of whom some device has a failure at the time of its last check-in."""
    last: dict[tuple[str, str | None], str] = {}
    for entry in statuses:
        device = (entry["userPrincipalName"], entry["deviceName"])
        last[device] = max(last.get(device, ""), entry["checkinDateTime"])
    return {user for (user, name), time in last.items() if status(user, ok=False, at=time, deviceName=name) in statuses}


@given(STATUSES, st.randoms(use_true_random=False))
def test_users_are_counted_whatever_the_order(statuses: list[t.Any], chance: random.Random) -> None:
    users = report(*statuses).users
    assert users.checked_in == len({entry["userPrincipalName"] for entry in statuses})
    assert users.failed == len(failed_by_definition(statuses))
    assert (users.rate is None) == (not statuses)
    assert users.rate is None or 0 <= users.rate <= 1
    shuffled = chance.sample(statuses, len(statuses))
    # All the same whichever way Graph lists them, and however often.
    assert report(*shuffled) == report(*statuses)
    assert report(*shuffled, *statuses).users == users


@given(STATUSES, st.integers(1, 8))
def test_since_counts_what_is_at_or_after_it(statuses: list[t.Any], day: int) -> None:
    moment = datetime(2026, 2, day, tzinfo=UTC)
    counted = [entry for entry in statuses if entry["checkinDateTime"] >= f"2026-02-0{day}"]
    assert replace(report(*statuses).since(moment), from_then=None) == report(*counted)
    assert report(*statuses).since(None) == report(*statuses)


def test_a_summary_is_data_but_no_news() -> None:
    summary = {"succeededUserCount": 1, "failedUserCount": 0}
    assert report(summary=summary).has_data
    assert not report(summary=summary).since(NOW).has_data
    assert report(status(), summary=summary).since(datetime(2026, 2, 1, tzinfo=UTC)).has_data
    assert not report(summary={"succeededUserCount": 0, "failedUserCount": 0}).has_data


def test_check_ins_come_latest_first() -> None:
    found = report(status(at=EARLY), status(BOB, at=LATE), status(at=LATE), status(ok=False, at=LATE))
    assert [(entry.user_principal_name, entry.was_successful, format_moment(entry.at)) for entry in found.checkins] == [
        (ANN, False, "2026-02-02T00:00:00Z"),
        (ANN, True, "2026-02-02T00:00:00Z"),
        (BOB, True, "2026-02-02T00:00:00Z"),
        (ANN, True, "2026-02-01T00:00:00Z"),
    ]
    assert found.last == datetime(2026, 2, 2, tzinfo=UTC)


# Stale devices


def aged(**age: float) -> Checkin:
    checkin = checkin_from_graph(status(at=format_moment(NOW - timedelta(**age))))
    assert checkin is not None
    return checkin


@pytest.mark.parametrize(
    ("age", "after", "days"),
    [
        ({"days": 30}, 30, None),
        ({"days": 30, "microseconds": 1}, 30, 30),
        ({"days": 30, "hours": 23}, 30, 30),
        ({"days": 31}, 30, 31),
        ({"days": 0}, 0, None),
        ({"seconds": 1}, 0, 0),
        ({"days": -1}, 0, None),
        ({"days": 9000}, 10**12, None),
    ],
)
def test_a_device_is_stale_after_more_than_so_many_days(age: dict[str, float], after: int, days: int | None) -> None:
    found = [number for _checkin, number in stale_devices([aged(**age)], NOW, after)]
    assert found == ([] if days is None else [days])


def test_the_latest_check_in_of_a_device_tells_failed_or_not() -> None:
    assert stale_devices([aged(days=90), replace(aged(days=1), status=Status.ERROR)], NOW, 30) == []


@given(STATUSES, st.integers(0, 40))
def test_stale_devices_come_oldest_first_and_once(statuses: list[t.Any], after: int) -> None:
    checkins = report(*statuses).checkins
    stale = stale_devices(checkins, NOW, after)
    devices = [checkin.device for checkin, _days in stale]
    assert len(set(devices)) == len(devices)
    assert [checkin.at for checkin, _days in stale] == sorted(checkin.at for checkin, _days in stale)
    fresh = {checkin.device for checkin in checkins if NOW - checkin.at <= timedelta(days=after)}
    assert set(devices) == {checkin.device for checkin in latest_by_device(checkins)} - fresh
