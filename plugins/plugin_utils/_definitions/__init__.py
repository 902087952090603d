# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""Definition files: which files of a folder they are, and the policies in them. Knows neither Graph nor a tenant."""
