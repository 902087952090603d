# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reports that take time: jobs that make a file to download, and cached reports that are read by pages."""

from __future__ import annotations

import io
import json
import re
import secrets
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ...errors import Refused
from ...wire import Answer, Call
from ..exchange import Exchange, read_object
from ..operations import KEY, Operation, read
from .answers import context, missing
from .refusals import refused
from .reports import (
    ACTIONS,
    LOCALIZED,
    PARAMETERS,
    REPORTS,
    Query,
    Report,
    as_bytes,
    columns_of,
    is_of,
    query_of,
    table_of,
)
from .statuses import COUNTS, Row, policy_rows, summary_rows
from .views import seen_tenant

if TYPE_CHECKING:
    from ...tenants import Tenant

DOWNLOADS = "/_downloads/"
JOBS = f"{REPORTS}/exportJobs"
CACHED = f"{REPORTS}/cachedReportConfigurations"
MAX_CACHED_ROWS = 500
EVERYTHING = 2**31
STATUS_COLUMNS = (
    *("AssignmentFilterIds", "DeviceName", "IntuneDeviceId", "Manufacturer", "Model", "PolicyId", "PolicyName"),
    *("PolicyStatus", "PspdpuLastModifiedTimeUtc", "ReportStatus", "TemplateVersion", "UnifiedPolicyPlatformType"),
    *("UnifiedPolicyType", "UPN"),
)
STATUSES = Report(STATUS_COLUMNS, policy_rows, ("PolicyBaseTypeName", "PolicyTypeName"))
PER_SETTING = Report(("PolicyId", "PolicyName", "SettingId", "SettingName", *COUNTS), summary_rows)
# Names of the same report.
VARIANTS = ("", "V3", "WithPF", "WithPFV3", "ForASR", "ForEDR", "ForAppControl")
EXPORTS: dict[str, Report] = {
    **{f"DeviceStatusesByConfigurationProfile{variant}": STATUSES for variant in VARIANTS},
    "PerSettingDeviceSummaryByConfigurationPolicy": PER_SETTING,
}
FORMATS = ("csv", "json")
LOCALIZATIONS = ("localizedValuesAsAdditionalColumn", "replaceLocalizableValues")
JOB_PARAMETERS: dict[str, type] = {
    "reportName": str,
    "filter": str,
    "select": list,
    "search": str,
    "format": str,
    "localizationType": str,
    "snapshotId": str,
}
CACHED_PARAMETERS: dict[str, type] = {
    "id": str,
    "reportName": str,
    "filter": str,
    "select": list,
    "orderBy": list,
    "metadata": str,
}
# What stands for a GUID behind the name of a cached report.
UNIQUE = re.compile(r"[A-Za-z0-9-]{1,64}")
STARTED, ENDS = "2026-01-01T00:00:00Z", "2026-01-01T06:00:00Z"


@dataclass(slots=True)
class Job:
    """An export: what was asked for, and how often its state was asked for since."""

    id: str
    report: Report
    query: Query
    name: str
    format: str = "csv"
    replaces: bool = False
    body: dict[str, Any] = field(default_factory=dict)
    polls: int = 0
    # What lets anybody who has the URL download the file.
    signature: str = field(default_factory=lambda: secrets.token_urlsafe(16))

    def shown(self, status: str, url: str) -> dict[str, Any]:
        """The job as Graph shows it."""
        return {
            "id": self.id,
            "reportName": self.name,
            "filter": self.body.get("filter") or "",
            "select": list(self.query.select),
            "format": self.format,
            "snapshotId": self.body.get("snapshotId"),
            "localizationType": LOCALIZATIONS[self.replaces],
            "search": self.body.get("search"),
            "status": status,
            "url": url or ("" if status == "completed" else None),
            "requestDateTime": STARTED,
            "expirationDateTime": ENDS if status == "completed" else "0001-01-01T00:00:00Z",
        }


def _choice(body: dict[str, Any], name: str, choices: tuple[str, ...]) -> str:
    """A member of an enumeration, the first where none is sent; the case does not matter."""
    value = body.get(name) or choices[0]
    found = next((choice for choice in choices if choice.casefold() == value.casefold()), None)
    if found is None:
        raise refused(f"Requested value '{value}' was not found for '{name}'; there are {', '.join(choices)}")
    return found


def create_job(exchange: Exchange) -> Answer:
    """201 with the job; its file is made later."""
    body = read_object(exchange.call)
    query = query_of(body, JOB_PARAMETERS, EVERYTHING)
    name = body.get("reportName") or ""
    report = EXPORTS.get(name)
    if report is None:
        raise refused(f"Report name '{name}' is not valid; there are {', '.join(EXPORTS)}")
    job = Job(
        id=f"{name}_{secrets.token_hex(16)}",
        report=report,
        query=query,
        name=name,
        format=_choice(body, "format", FORMATS),
        replaces=_choice(body, "localizationType", LOCALIZATIONS) == LOCALIZATIONS[1],
        body=body,
    )
    table_of(exchange.tenant, report, query)  # refuses what the report does not have
    exchange.tenant.jobs[job.id] = job
    head = {"@odata.context": context(exchange, JOBS, entity=True)}
    return Answer(201, {**head, **job.shown("notStarted", "")}, {"Location": f"{exchange.root}/{JOBS}('{job.id}')"})


def get_job(exchange: Exchange, key: str) -> Answer:
    """200 with the job as far as it has come; 404 for the first polls, and completed without a URL, by setting."""
    job = exchange.tenant.jobs.get(key)
    if not isinstance(job, Job):
        raise missing("Export job")
    settings = exchange.settings
    job.polls += 1
    ready = settings.export_job_missing_polls + settings.export_job_polls
    if job.polls <= settings.export_job_missing_polls:
        raise missing("Export job")
    status = "inProgress" if job.polls <= ready else "completed"
    has_url = job.polls > ready + settings.export_job_empty_urls
    url = f"{_elsewhere(exchange.call)}{DOWNLOADS}{job.id}.zip?sig={job.signature}" if has_url else ""
    head = {"@odata.context": context(exchange, JOBS, entity=True)}
    return Answer(200, {**head, **job.shown(status, url)})


def _elsewhere(call: Call) -> str:
    """This emulator under its other name: files lie on another host than Graph's."""
    names = ("//localhost", "//127.0.0.1")
    here, there = names if names[0] in call.origin else names[::-1]
    return call.origin.replace(here, there)


def download(tenants: Iterable[Tenant], call: Call) -> Answer:
    """The file of a job, for who has its URL; 400 if a token comes with it, as a file store answers."""
    name = call.path.removeprefix(DOWNLOADS).removesuffix(".zip")
    if "authorization" in call.headers:
        return Answer(400, b"Only one way to authenticate is allowed.", {"Content-Type": "text/plain"})
    for tenant in tenants:
        job = tenant.jobs.get(name)
        if isinstance(job, Job) and call.query == f"sig={job.signature}":
            return Answer(200, archive(tenant, job), {"Content-Type": "application/zip"})
    return Answer(403, b"The signature is not valid.", {"Content-Type": "text/plain"})


def archive(tenant: Tenant, job: Job) -> bytes:
    """The zip file of a job."""
    table = table_of(tenant, job.report, job.query)
    columns = columns_of(job.report, job.query.select, words=not job.replaces)
    rows = [_replaced(row) if job.replaces else row for row in table.rows]
    data = as_csv(columns, rows) if job.format == "csv" else as_json(columns, rows)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr(f"{job.id}.{job.format}", data)
    return stream.getvalue()


def _replaced(row: Row) -> Row:
    return {**row, **{name: row[f"{name}_loc"] for name in LOCALIZED if f"{name}_loc" in row}}


def as_csv(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """A table with a byte order mark; quotes within a field stand bare, as recorded."""
    lines = [list(columns), *([row[name] for name in columns] for row in rows)]
    return "".join(",".join(map(_field, line)) + "\r\n" for line in lines).encode("utf-8-sig")


def _field(value: Any) -> str:
    text = str(value)
    if any(mark in text for mark in ",\r\n"):
        doubled = text.replace('"', '""')
        return f'"{doubled}"'
    return text


def as_json(columns: Iterable[str], rows: Iterable[Row]) -> bytes:
    """The rows as objects."""
    values = [{name: row[name] for name in columns} for row in rows]
    return json.dumps({"totalRowCount": len(values), "values": values}, ensure_ascii=False).encode()


@dataclass(slots=True)
class Cached:
    """A cached report: what was asked for, and how often its state was asked for since."""

    id: str
    report: Report
    body: dict[str, Any]
    polls: int = 0

    def shown(self, status: str) -> dict[str, Any]:
        """The configuration as Graph shows it."""
        return {
            "id": self.id,
            "reportName": self.id.partition("_")[0],
            "filter": self.body.get("filter") or "",
            "select": self.body.get("select") or [],
            "orderBy": self.body.get("orderBy") or [],
            "metadata": self.body.get("metadata"),
            "status": status,
            "lastRefreshDateTime": STARTED,
            "expirationDateTime": ENDS,
        }


def create_cached(exchange: Exchange) -> Answer:
    """201 with the configuration of a cached report; its id begins with the report's name."""
    body = read_object(exchange.call)
    query = query_of(body, CACHED_PARAMETERS)
    key = body.get("id") or ""
    name, _mark, rest = key.partition("_")
    report = EXPORTS.get(name) or ACTIONS.get(name)
    if report is None or not UNIQUE.fullmatch(rest):
        raise refused(f"Id '{key}' is not valid; it is the name of a report, an underscore and a GUID")
    table_of(exchange.tenant, report, query)
    cached = exchange.tenant.jobs[key] = Cached(key, report, body)
    head = {"@odata.context": context(exchange, CACHED, entity=True)}
    return Answer(201, {**head, **cached.shown("inProgress")}, {"Location": f"{exchange.root}/{CACHED}('{key}')"})


def get_cached(exchange: Exchange, key: str) -> Answer:
    """200 with the configuration; it is completed when it was asked for export_job_polls times."""
    cached = _cached(exchange, key)
    cached.polls += 1
    head = {"@odata.context": context(exchange, CACHED, entity=True)}
    return Answer(200, {**head, **cached.shown(_status(exchange, cached))})


def _cached(exchange: Exchange, key: str) -> Cached:
    cached = exchange.tenant.jobs.get(key)
    if not isinstance(cached, Cached):
        raise missing("Cached report configuration")
    return cached


def _status(exchange: Exchange, cached: Cached) -> str:
    return "completed" if cached.polls > exchange.settings.export_job_polls else "inProgress"


def read_cached(exchange: Exchange) -> Answer:
    """200 with one page, of up to 500 rows, of a cached report that is completed."""
    body = read_object(exchange.call)
    asked = query_of({name: value for name, value in body.items() if name != "id"}, PARAMETERS, MAX_CACHED_ROWS)
    key = body.get("id")
    if not is_of(key, str):
        raise refused("The parameter 'id' of getCachedReport is required and must be a text.")
    cached = _cached(exchange, str(key))
    if _status(exchange, cached) != "completed":
        raise Refused(400, "BadRequest", "The cached report is not completed.", service=True, nested=True)
    kept = query_of(cached.body, CACHED_PARAMETERS)
    query = Query(
        select=asked.select or kept.select,
        filter=kept.filter,
        search=asked.search,
        order=asked.order or kept.order,
        skip=asked.skip,
        top=asked.top,
    )
    return as_bytes(table_of(seen_tenant(exchange), cached.report, query))


ROUTES: dict[str, dict[str, Operation]] = {
    JOBS: {"POST": Operation(create_job)},
    f"{JOBS}/{KEY}": {"GET": read(get_job)},
    CACHED: {"POST": Operation(create_cached, reads=True)},
    f"{CACHED}/{KEY}": {"GET": read(get_cached)},
    f"{REPORTS}/getCachedReport": {"POST": Operation(read_cached, reads=True)},
}
