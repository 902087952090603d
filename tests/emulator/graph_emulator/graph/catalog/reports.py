# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports of device management: POSTs that only read, and answer a table as bytes of JSON.

A page has at most 50 rows, whatever ``top`` says. Columns with words for a number or name (``..._loc``) come by
themselves and cannot be selected.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from ...wire import Answer
from ..exchange import Exchange, read_object
from ..operations import Operation
from .expressions import order_of, test_of
from .refusals import model_failure, refused
from .statuses import COUNTS, PLATFORM_WORDS, TYPE_WORDS, WORDS, Row, policy_rows, setting_rows, summary_rows
from .views import seen_tenant

if TYPE_CHECKING:
    from ...tenants import Tenant

REPORTS = "deviceManagement/reports"
MAX_ROWS = 50
BINARY = "application/octet-stream"
# Column -> words for its values.
LOCALIZED: dict[str, Mapping[Any, str]] = {
    "PolicyStatus": WORDS,
    "SettingStatus": WORDS,
    "UnifiedPolicyType": TYPE_WORDS,
    "UnifiedPolicyPlatformType": PLATFORM_WORDS,
}
NUMBERS = ("PolicyStatus", "SettingStatus", "ErrorCode", *COUNTS)
# A column that no client knows, with the setting catalog_extra_fields.
EXTRA_COLUMN = ("DeploymentRing", "staged")
# Parameters of a report -> the type of each.
PARAMETERS: dict[str, type] = {
    "name": str,
    "select": list,
    "search": str,
    "groupBy": list,
    "orderBy": list,
    "skip": int,
    "top": int,
    "sessionId": str,
    "filter": str,
}


@dataclass(frozen=True, slots=True)
class Report:
    """A report: its columns without those for words, where its rows come from, and what else a filter may name."""

    columns: tuple[str, ...]
    rows: Callable[[Tenant], Iterable[Row]]
    filters: tuple[str, ...] = ("PolicyBaseTypeName",)
    searched: tuple[str, ...] = ("DeviceName", "UPN", "PolicyName", "SettingName")


DEVICE_COLUMNS = (
    *("DeviceName", "IntuneDeviceId", "UPN", "UserId", "PolicyStatus", "ReportStatus", "PspdpuLastModifiedTimeUtc"),
    *("AssignmentFilterIds", "UnifiedPolicyType", "UnifiedPolicyPlatformType"),
)
ACTIONS: dict[str, Report] = {
    # Its rows do not name their policy: who wants those of several asks for each.
    "getConfigurationPolicyDevicesReport": Report(DEVICE_COLUMNS, policy_rows, ("PolicyBaseTypeName", "PolicyId")),
    "getConfigurationPoliciesReportForDevice": Report(
        ("PolicyName", *DEVICE_COLUMNS, "PolicyId"), policy_rows, ("PolicyBaseTypeName", "DeviceId")
    ),
    "getConfigurationSettingDetailsReport": Report(
        ("SettingName", "SettingId", "SettingStatus", "ErrorCode", "PolicyId", "IntuneDeviceId", "UserId", "UPN"),
        setting_rows,
        ("PolicyBaseTypeName", "DeviceId"),
    ),
    "getConfigurationPolicySettingsDeviceSummaryReport": Report(
        ("SettingName", "SettingId", *COUNTS, "PolicyId"), summary_rows
    ),
}


@dataclass(frozen=True, slots=True)
class Query:
    """What of a report is asked for."""

    select: tuple[str, ...] = ()
    filter: str | None = None
    search: str = ""
    order: str | None = None
    skip: int = 0
    top: int = MAX_ROWS


@dataclass(frozen=True, slots=True)
class Table:
    """Rows by column; ``total`` counts those of all pages."""

    columns: tuple[str, ...]
    rows: list[Row]
    total: int
    session: str = field(default_factory=lambda: str(uuid.uuid4()))

    def with_more(self) -> Table:
        """The same table with its columns the other way round, behind one that no client knows."""
        name, value = EXTRA_COLUMN
        rows = [{**row, name: value} for row in self.rows]
        return Table((name, *reversed(self.columns)), rows, self.total, self.session)

    def to_json(self) -> dict[str, Any]:
        """The answer of a report: values by place, told by the schema."""
        return {
            "TotalRowCount": self.total,
            "Schema": [{"Column": name, "PropertyType": property_type(name)} for name in self.columns],
            "Values": [[row[name] for name in self.columns] for row in self.rows],
            "SessionId": self.session,
        }


def property_type(column: str) -> str:
    """The type of a column's values."""
    return "Int32" if column in NUMBERS else "String"


def columns_of(report: Report, select: Iterable[str], *, words: bool = True) -> tuple[str, ...]:
    """The columns that are asked for, all without a wish, and those with words behind their own.

    :raises Refused: 400 for a column that cannot be selected.
    """
    chosen = tuple(select) or report.columns
    for name in chosen:
        if name not in report.columns:
            raise refused(f"Column '{name}' is not valid for select; valid columns are {', '.join(report.columns)}")
    return tuple(
        part for name in chosen for part in ((name, f"{name}_loc") if words and name in LOCALIZED else (name,))
    )


def with_words(row: Row) -> Row:
    """A row with the columns for words."""
    return {**row, **{f"{name}_loc": words.get(row[name], "") for name, words in LOCALIZED.items() if name in row}}


def table_of(tenant: Tenant, report: Report, query: Query) -> Table:
    """The page of a report that is asked for.

    :raises Refused: 400 for a filter, order or column that the report does not have.
    """
    columns = columns_of(report, query.select)
    known = {name: 0 if name in NUMBERS else "" for name in (*report.columns, *report.filters)}
    test = test_of(query.filter, known)
    orders = order_of(query.order, known, report.columns[0])
    wanted = query.search.casefold()
    found = [
        with_words(row)
        for row in report.rows(tenant)
        if test(row) and any(wanted in str(row.get(name, "")).casefold() for name in report.searched)
    ]
    if query.order is not None:
        found.sort(key=lambda row: [order.rank(row) for order in orders])
    return Table(columns, found[query.skip : query.skip + query.top], len(found))


def query_of(body: Mapping[str, Any], known: Mapping[str, type], most: int = MAX_ROWS) -> Query:
    """What a report's body asks for.

    :raises Refused: 400 for a parameter that there is not, or of another type.
    """
    for name, value in body.items():
        if name not in known and "@" not in name:
            raise model_failure(
                f"The parameter '{name}' in the request payload is not a valid parameter for the operation."
            )
        if value is not None and name in known and not is_of(value, known[name]):
            raise model_failure(f"Cannot convert the value of parameter '{name}' to the expected type.")
    top = body.get("top") or most
    return Query(
        select=tuple(body.get("select") or ()),
        filter=body.get("filter") or None,
        search=body.get("search") or "",
        order=",".join(body.get("orderBy") or ()) or None,
        skip=body.get("skip") or 0,
        top=min(top, most),
    )


def is_of(value: Any, kind: type) -> bool:
    """Whether a parameter has its type: lists are of texts, numbers are not negative."""
    if kind is list:
        return isinstance(value, list) and all(isinstance(item, str) for item in value)
    if kind is int:
        return isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return isinstance(value, kind)


def as_bytes(table: Table) -> Answer:
    """200 with the table as a file of JSON."""
    return Answer(200, json.dumps(table.to_json(), ensure_ascii=False).encode(), {"Content-Type": BINARY})


def run_report(exchange: Exchange, *, report: Report) -> Answer:
    """200 with one page of a report."""
    table = table_of(seen_tenant(exchange), report, query_of(read_object(exchange.call), PARAMETERS))
    return as_bytes(table.with_more() if exchange.settings.catalog_extra_fields else table)


ROUTES: dict[str, dict[str, Operation]] = {
    f"{REPORTS}/{name}": {"POST": Operation(partial(run_report, report=report), reads=True)}
    for name, report in ACTIONS.items()
}
