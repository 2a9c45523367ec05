// Fields for days and moments in the order of the reader's language: typed, or chosen in the browser's own calendar.
// Without this script, and on touch screens, they are the browser's own fields. The server reads either form.

import { whenAdded } from "./added.js";

const TOUCH = matchMedia("(pointer: coarse)").matches && !matchMedia("(any-pointer: fine)").matches;
const ISO = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}:\d{2})(?::\d{2})?)?$/;
const TYPED = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})(?:,?\s+(\d{1,2}):(\d{2}))?$/;

/** Returns a day of the machine ("2026-12-31", perhaps with "T14:30") as people write it here; others unchanged. */
function shown(text, sign) {
  const found = ISO.exec(text.trim());
  if (!found) {
    return text;
  }
  const [, year, month, day, time] = found;
  return [day, month, year].join(sign) + (time ? ` ${time}` : "");
}

/** Returns what was typed as the machine writes it, or "" for what is no day. */
function iso(text, isMoment) {
  const plain = text.trim();
  if (ISO.test(plain)) {
    return plain;
  }
  const found = TYPED.exec(plain);
  if (!found) {
    return "";
  }
  const [, day, month, year, hour, minute] = found;
  const whole = year.length === 2 ? `20${year}` : year;
  const at = [whole, month.padStart(2, "0"), day.padStart(2, "0")].join("-");
  const date = new Date(`${at}T00:00:00Z`);
  if (Number.isNaN(date.getTime()) || date.toISOString().slice(0, 10) !== at || Number(hour ?? 0) > 23) {
    return "";
  }
  return isMoment ? `${at}T${(hour ?? "00").padStart(2, "0")}:${minute ?? "00"}` : at;
}

function calendarIcon() {
  const known = document.querySelector("svg.icon use[href*='icons.svg']");
  if (!known) {
    return "…";
  }
  const icon = document.querySelector("svg.icon").cloneNode(false);
  const use = known.cloneNode(false);
  use.setAttribute("href", known.getAttribute("href").replace(/#.*$/, "#calendar"));
  icon.setAttribute("class", "icon");
  icon.append(use);
  return icon;
}

function enhance(field) {
  const { days, daysTime, daysSign: sign, daysPick } = document.documentElement.dataset;
  if (TOUCH || !sign || field.readOnly || field.disabled || field.closest(".day-box")) {
    return;
  }
  const isMoment = field.type === "datetime-local" || field.dataset.day === "moment";
  const native = document.createElement("input");
  Object.assign(native, { type: isMoment ? "datetime-local" : "date", tabIndex: -1, className: "day-native", min: field.min, max: field.max });
  native.setAttribute("aria-hidden", "true");
  const given = field.getAttribute("value") ?? "";
  field.type = "text";
  field.value = shown(given || field.value, sign);
  field.defaultValue = field.value;
  field.placeholder = isMoment ? `${days} ${daysTime}` : days;
  field.autocomplete = "off";
  const button = document.createElement("button");
  Object.assign(button, { type: "button", className: "day-pick" });
  button.setAttribute("aria-label", daysPick);
  button.title = daysPick;
  button.append(calendarIcon());
  const box = document.createElement("span");
  box.className = "day-box";
  field.replaceWith(box);
  box.append(field, native, button);

  button.addEventListener("click", () => {
    native.value = iso(field.value, isMoment);
    native.showPicker();
  });
  native.addEventListener("change", (event) => {
    event.stopPropagation();
    field.value = shown(native.value, sign);
    tell(field);
    field.focus();
  });
  native.addEventListener("input", (event) => event.stopPropagation());
  field.addEventListener("change", () => {
    const read = iso(field.value, isMoment);
    field.classList.toggle("is-invalid", field.value.trim() !== "" && !read);
    field.value = read ? shown(read, sign) : field.value;
  });
}

function tell(field) {
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

// What the server could not read comes back as plain text, marked as a day.
whenAdded("input[type='date']:not(.day-native), input[type='datetime-local']:not(.day-native), input[data-day]", enhance);
