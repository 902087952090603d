// Copyright (c) 2026 m365.apps contributors
// SPDX-License-Identifier: GPL-3.0-or-later

// Unpacks Chromium, its libraries and a font below TMPDIR and prints where the program is.
import chromium from "@sparticuz/chromium";

console.log(await chromium.executablePath());
