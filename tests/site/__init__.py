# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at the documentation's site in a browser: make docs builds it, and with M365_TESTS=all runs this."""
