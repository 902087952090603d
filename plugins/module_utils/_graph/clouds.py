# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosts of the Microsoft clouds (Microsoft Graph page "National cloud deployments")."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Cloud:
    """Login and Graph root URLs of one cloud, without version and without a trailing slash."""

    login_url: str
    graph_url: str


CLOUDS = {
    "global": Cloud("https://login.microsoftonline.com", "https://graph.microsoft.com"),
    "us_gov_l4": Cloud("https://login.microsoftonline.us", "https://graph.microsoft.us"),
    "us_gov_dod": Cloud("https://login.microsoftonline.us", "https://dod-graph.microsoft.us"),
    "china": Cloud("https://login.chinacloudapi.cn", "https://microsoftgraph.chinacloudapi.cn"),
}
