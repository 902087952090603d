# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""The wire to Microsoft Graph: session, login, retries, paging, errors, groups. Knows neither policies nor Ansible."""
