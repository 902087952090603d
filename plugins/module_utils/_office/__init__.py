# Copyright (c) 2026 m365.apps contributors
# SPDX-License-Identifier: GPL-3.0-or-later

"""officeConfiguration as a surface: its policies in JSON, its calls, and check-ins."""
