# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traces: the requests and answers of a run as JSON lines, in which stand-ins are for what is the tenant's."""
