/* Copyright (c) 2026 m365.apps contributors
   SPDX-License-Identifier: GPL-3.0-or-later

   The page is whole without this script: it adds the filter, the buttons and the choice of colours. */
"use strict";
(() => {
  const root = document.documentElement;
  const byId = (id) => document.getElementById(id);
  for (const element of document.querySelectorAll(".script-only")) element.hidden = false;

  const theme = byId("theme");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);
  const showTheme = () => theme.setAttribute("aria-pressed", String(isDark()));
  theme.addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    showTheme();
  });
  system.addEventListener("change", showTheme);
  showTheme();

  // Everything is on paper, also what is folded on the screen; what was folded is so again afterwards.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open])")];
    for (const one of folded) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of folded) one.open = false;
    folded = [];
  });

  const form = byId("filter");
  if (!form) return;
  const policies = [...document.querySelectorAll(".policy")];
  // Those that stay as they are, which are one line until something in them is looked for.
  const staying = byId("staying");
  const stayingPolicies = staying ? [...staying.querySelectorAll(".policy")] : [];
  let unfoldedBefore = null;
  const shown = byId("shown");
  const text = byId("text");
  const boxes = [...form.querySelectorAll("input[name=status]")];
  // A policy's text is read once, when the first word is looked for.
  const texts = new Map();
  const textOf = (policy) => {
    if (!texts.has(policy)) texts.set(policy, policy.textContent.toLowerCase());
    return texts.get(policy);
  };

  const apply = () => {
    const words = text.value.toLowerCase().split(/\s+/).filter(Boolean);
    const statuses = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    let count = 0;
    for (const policy of policies) {
      const fits = statuses.has(policy.dataset.status) && words.every((word) => textOf(policy).includes(word));
      policy.hidden = !fits;
      count += fits;
    }
    if (staying) {
      const found = stayingPolicies.some((policy) => !policy.hidden);
      staying.hidden = !found;
      if (words.length && unfoldedBefore === null) unfoldedBefore = staying.open;
      if (words.length) staying.open = found;
      else if (unfoldedBefore !== null) [staying.open, unfoldedBefore] = [unfoldedBefore, null];
    }
    shown.textContent = `${count} of ${policies.length} policies shown`;
  };
  let waiting;
  text.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(apply, 120);
  });
  for (const box of boxes) box.addEventListener("change", apply);
  form.addEventListener("submit", (event) => event.preventDefault());

  const fold = (open) => {
    for (const policy of policies) if (!policy.hidden) policy.open = open;
    if (staying && !staying.hidden) staying.open = open;
  };
  byId("expand").addEventListener("click", () => fold(true));
  byId("collapse").addEventListener("click", () => fold(false));
  apply();
})();
