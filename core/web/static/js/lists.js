// Lists: links that bring only the list, choosing rows, keys, and the forms of filters.
import htmx from "htmx.org";
import { whenAdded } from "./added.js";

const BODY = "#list-body";
const PAUSE_MS = 900;

// A link marked data-list-go brings what it leads to into the list; in another tab it is a plain link.
document.addEventListener("click", (event) => {
  const link = event.target.closest("a[data-list-go]");
  if (!link || !document.querySelector(BODY) || event.ctrlKey || event.metaKey || event.shiftKey || event.button) {
    return;
  }
  event.preventDefault();
  htmx.ajax("GET", link.href, { target: BODY, source: link });
});

// What was typed in the search line is part of the address that links lead to, so the line follows them.
whenAdded(".list-tools", () => {
  const line = document.querySelector("[data-list-search]");
  if (line && document.activeElement !== line) {
    line.value = new URLSearchParams(location.search).get("q") ?? "";
  }
});

// Choosing rows ------------------------------------------------------------------------------------------------
whenAdded("[data-list-form]", (form) => {
  let last = null;
  form.addEventListener("click", (event) => {
    const box = event.target.closest("input[name='ids']");
    if (box && event.shiftKey && last) {
      const boxes = boxesOf(form);
      const [from, to] = [boxes.indexOf(last), boxes.indexOf(box)].sort((a, b) => a - b);
      boxes.slice(from, to + 1).forEach((one) => { one.checked = box.checked; });
    }
    last = box ?? last;
    const button = event.target.closest("[data-confirm-press]");
    if (button && !window.confirm(button.dataset.confirmPress)) {
      event.preventDefault();
      event.stopPropagation();
    }
  });
  form.addEventListener("change", (event) => {
    if (event.target.matches("[data-list-all]")) {
      boxesOf(form).forEach((box) => { box.checked = event.target.checked; });
    }
    showChosen(form);
  });
  // Enter would press the first button of the form, whichever that is.
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) {
      event.preventDefault();
      event.target.closest(".list-edit-fields, .list-mass-segment")?.querySelector("button.btn-primary")?.click();
    }
  });
});

function boxesOf(form) {
  return [...form.querySelectorAll("input[name='ids']")];
}

function showChosen(form) {
  const bar = form.querySelector("[data-list-mass]");
  if (!bar) {
    return;
  }
  const boxes = boxesOf(form);
  const count = boxes.filter((box) => box.checked).length;
  for (const box of boxes) {
    box.closest("tr").classList.toggle("is-chosen", box.checked);
  }
  bar.hidden = count === 0;
  bar.querySelector("[data-list-number]").textContent = count;
  const all = form.querySelector("[data-list-all]");
  all.checked = count > 0 && count === boxes.length;
  all.indeterminate = count > 0 && count < boxes.length;
}

// Groups ---------------------------------------------------------------------------------------------------------
document.addEventListener("click", (event) => {
  const button = event.target.closest(".list-bunch-open");
  if (!button) {
    return;
  }
  const inner = button.closest("[data-list-bunch]").querySelector(":scope > .list-bunch-inner");
  inner.hidden = !inner.hidden;
  button.setAttribute("aria-expanded", String(!inner.hidden));
});

// The form of a filter -------------------------------------------------------------------------------------------
whenAdded("[data-list-filter]", (form) => {
  const part = (name) => form.querySelector(`[data-list-${name}]`);
  const show = () => {
    const op = part("op").value;
    const isBetween = op === "between";
    const period = part("period");
    part("value").hidden = op === "empty" || op === "not_empty";
    if (period) {
      period.hidden = isBetween;
      period.disabled = isBetween;
      part("day").hidden = !isBetween && period.value !== "";
    }
    if (part("second")) {
      part("second").hidden = !isBetween;
    }
  };
  form.addEventListener("change", show);
  show();
  (part("first") ?? part("op")).focus();
});

// Columns: one place to the left.
document.addEventListener("click", (event) => {
  const row = event.target.closest("[data-list-up]")?.closest("li");
  const before = row?.previousElementSibling;
  if (before?.previousElementSibling) {
    before.before(row);
  }
});

// Keys -------------------------------------------------------------------------------------------------------------
let pressed = "";
let pressedAt = 0;

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || document.querySelector("dialog[open]")) {
    return;
  }
  if (event.target.matches("input:not([type='checkbox']), textarea, select, [contenteditable]")) {
    leaveSearch(event);
    return;
  }
  const key = letter(event);
  const keys = event.timeStamp - pressedAt < PAUSE_MS ? `${pressed} ${key}` : key;
  pressed = key;
  pressedAt = event.timeStamp;
  if (act(keys) || act(key)) {
    event.preventDefault();
  }
});

/** The key; a letter of another alphabet by its place on the keyboard. */
function letter(event) {
  const isForeign = event.key.length === 1 && event.key > "~" && event.code.startsWith("Key");
  return isForeign ? event.code.slice(3).toLowerCase() : event.key;
}

function leaveSearch(event) {
  if (event.target.matches("[data-list-search]") && (event.key === "ArrowDown" || event.key === "Escape")) {
    event.target.blur();
    step(1);
    event.preventDefault();
  }
}

function act(keys) {
  const link = document.querySelector(`[data-key="${CSS.escape(keys)}"]`);
  if (link) {
    link.click();
    return true;
  }
  return keys in ACTS && document.querySelector("[data-list]") !== null && ACTS[keys]() !== false;
}

const ACTS = {
  "/": () => document.querySelector("[data-list-search]").select(),
  j: () => step(1),
  k: () => step(-1),
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  Enter: () => open(),
  x: () => present()?.querySelector("input[name='ids']")?.click() ?? false,
};

function present() {
  const row = document.activeElement?.closest("tr[data-row]");
  return row ?? document.querySelector("tr[data-row].is-present");
}

function step(by) {
  const rows = [...document.querySelectorAll("tr[data-row]")].filter((row) => row.offsetParent);
  const next = rows[Math.min(Math.max(rows.indexOf(present()) + by, 0), rows.length - 1)];
  document.querySelector("tr.is-present")?.classList.remove("is-present");
  next?.classList.add("is-present");
  next?.focus({ preventScroll: true });
  next?.scrollIntoView({ block: "nearest" });
  return Boolean(next);
}

function open() {
  const row = present();
  if (document.activeElement?.matches("a, button") || !row?.dataset.url) {
    return false;
  }
  location.assign(row.dataset.url);
  return true;
}

// A row opens its record wherever it is pressed, but for what can be pressed itself.
document.addEventListener("click", (event) => {
  const row = event.target.closest("tr[data-url]");
  if (!row || event.target.closest("a, button, input, label") || String(window.getSelection())) {
    return;
  }
  if (event.ctrlKey || event.metaKey) {
    window.open(row.dataset.url, "_blank", "noopener");
  } else {
    location.assign(row.dataset.url);
  }
});
