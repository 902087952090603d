# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status reports of policies: POSTs that only read, for each policy by itself, since their rows name no policy.

For P policies the calls are: a first page for each; then, since it tells the number of rows n, ceil(n / 50) - 1 more
for each; and for each of the F policies that failed somewhere, the same of its settings. All that is known travels
together, so with batches these are ceil(P / 20) requests, ceil(the further pages of all / 20), and, where F is not 0,
the same of settings.
"""

from __future__ import annotations

import typing as t
from dataclasses import dataclass, field, replace
from functools import partial

from .._errors import UserError
from .._graph.client import GraphClient
from .._graph.documents import broken
from .._graph.explain import ErrorRules
from .._graph.forbidden import of_intune
from .._graph.messages import Answer, Call
from .._graph.operations import Operation
from .._graph.spellings import Spellings, is_unknown_segment
from .._policy.checkins import Checkin, Report, Summary
from .._policy.policy import Policy
from .catalog import Catalog
from .device_rows import (
    DEVICE_COLUMNS,
    NEEDED_OF_DEVICES,
    NEEDED_OF_SETTINGS,
    SETTING_COLUMNS,
    failed_settings_of,
    report_of_rows,
)
from .explain import READ_PERMISSION, RULES
from .report_tables import PAGE_SIZE, Page, Row, is_steady, missing_skips, page_of, rows_of

REPORTS = "/deviceManagement/reports"
# How often a report is read whose rows change meanwhile.
_TRIES = 3
_ROLE = ", and whether it has DeviceConfigurations/ViewReports"
_RULES: ErrorRules = replace(RULES, forbidden=partial(of_intune, more=_ROLE))


@dataclass(frozen=True)
class _Kind:
    """A report on one policy: the action, what it is about, its filter, and the columns that count.

    Of each set of ``needed`` columns it must have one.
    """

    action: str
    about: str
    filter: str
    columns: frozenset[str]
    needed: tuple[frozenset[str], ...]


# The filters are those of tools that use these reports.
_DEVICES = _Kind(
    "getConfigurationPolicyDevicesReport",
    "how it went on devices",
    "(PolicyBaseTypeName eq 'DeviceManagementConfigurationPolicy') and (PolicyId eq '{id}')",
    DEVICE_COLUMNS,
    NEEDED_OF_DEVICES,
)
_SETTINGS = _Kind(
    "getConfigurationPolicySettingsDeviceSummaryReport",
    "which settings failed",
    "(PolicyId eq '{id}')",
    SETTING_COLUMNS,
    NEEDED_OF_SETTINGS,
)


@dataclass
class _Reading:
    """One report while it is read: its pages by the row they begin with, those of the try before, or the error that
    ended it.
    """

    kind: _Kind
    policy: Policy
    pages: dict[int, Page] = field(default_factory=dict)
    before: dict[int, Page] = field(default_factory=dict)
    tries: int = 1
    error: UserError | None = None
    is_done: bool = False

    def next(self) -> list[int]:
        """Return from which rows on pages are to be read now; nothing when it is done."""
        if self.is_done or self.error is not None:
            return []
        operation = self.operation(0, "")
        try:
            with operation.explained():
                missing = missing_skips(self.pages)
                self.is_done = not missing and (is_steady(self.pages) or self.pages == self.before)
        except UserError as error:
            self.error = error
            return []
        return missing if missing or self.is_done else self._again()

    def _again(self) -> list[int]:
        # What shows a row twice time and again has it twice: nothing moved.
        self.before, self.pages = self.pages, {}
        self.tries += 1
        if self.tries <= _TRIES:
            return [0]
        cause = f"its rows changed while they were read, {_TRIES} times"
        self.error = UserError(self.policy.named(), f"read {self.kind.about}", cause, "Run it again")
        return []

    def operation(self, skip: int, action: str) -> Operation:
        """Return the read of one page, by this spelling of the action."""
        body = {
            "select": [],
            "skip": skip,
            "top": PAGE_SIZE,
            "orderBy": [],
            "search": "",
            "filter": self.kind.filter.format(id=str(self.policy.id).replace("'", "''")),
        }
        call = Call("POST", f"{REPORTS}/{action}", json_body=body, only_reads=True)
        subject, what = self.policy.named(), f"read {self.kind.about}"
        return Operation(call, subject, what, READ_PERMISSION, self._page, rules=_RULES)

    def _page(self, answer: Answer) -> Page:
        page = page_of(answer.json(), self.kind.columns)
        lacking = [columns for columns in self.kind.needed if not columns & page.columns]
        if lacking:
            raise broken(f"the report has no column {' or '.join(sorted(lacking[0]))}")
        return page

    @property
    def rows(self) -> list[Row]:
        return rows_of(self.pages)


class StatusReports:
    """Reads how policies of one tenant went on devices; ``catalog`` returns what is known of definitions now."""

    def __init__(self, client: GraphClient, catalog: t.Callable[[], Catalog]) -> None:
        self._client = client
        self._catalog = catalog
        self._spellings = Spellings()

    def of(self, policies: t.Sequence[Policy]) -> list[Report]:
        """Return the report of each policy, with the settings concerned where it failed on a device.

        One that cannot be read whole raises UserError; settings that cannot be are not known, and a note says why.
        """
        read = self._read(_DEVICES, policies)
        for reading in read:
            if reading.error is not None:
                raise reading.error
        reports = [report_of_rows(reading.policy, reading.rows) for reading in read]
        failed = [place for place, report in enumerate(reports) if any(map(_is_failed, report.checkins))]
        told = self._read(_SETTINGS, [policies[place] for place in failed]) if failed else []
        for place, settings in zip(failed, told, strict=True):
            reports[place] = self._with_settings(reports[place], settings)
        return reports

    def _with_settings(self, report: Report, settings: _Reading) -> Report:
        if settings.error is not None:
            return replace(report, failed_settings=None, notes=(*report.notes, str(settings.error)))
        return replace(report, failed_settings=failed_settings_of(settings.rows, self._catalog()))

    def _read(self, kind: _Kind, policies: t.Sequence[Policy]) -> list[_Reading]:
        """Read a report on each policy to its end, all that is known to be missing at once."""
        readings = [_Reading(kind, policy) for policy in policies]
        while wanted := [(reading, skip) for reading in readings for skip in reading.next()]:
            results = self._spellings.sent_again(
                kind.action,
                self._sent(kind, wanted),
                lambda _place, result, name: _is_misspelled(result, name),
                lambda places, wanted=wanted: self._sent(kind, [wanted[place] for place in places]),  # type: ignore[misc]
            )
            for (reading, skip), result in zip(wanted, results, strict=True):
                if isinstance(result, UserError):
                    reading.error = reading.error or result
                else:
                    reading.pages[skip] = result
        return readings

    def _sent(self, kind: _Kind, wanted: t.Sequence[tuple[_Reading, int]]) -> list[Page | UserError]:
        operations = [reading.operation(skip, self._spellings.name(kind.action)) for reading, skip in wanted]
        answers = self._client.many([operation.call for operation in operations])
        return [operation.understood(answer) for operation, answer in zip(operations, answers, strict=True)]


def tenant_report(reports: t.Iterable[Report]) -> Report:
    """Return the reports of policies added up: Graph has none of the whole tenant."""
    told = list(reports)
    checkins = [checkin for report in told for checkin in report.checkins]
    whole, notes = Report.of(Summary(), checkins), tuple(note for report in told for note in report.notes)
    return replace(whole, skipped=sum(report.skipped for report in told), notes=notes)


def _is_failed(checkin: Checkin) -> bool:
    return checkin.was_successful is False


def _is_misspelled(result: Page | UserError, action: str) -> bool:
    details = result.details if isinstance(result, UserError) else None
    return details is not None and is_unknown_segment(details.message, action)
