// Registering an interaction: the key I opens the dialog on any page; in it a digit chooses the kind, arrows walk
// through the clients found, Enter takes the first of them.
import { whenAdded } from "./added.js";

const TEXTS = "input:not([type='radio'], [type='checkbox']), textarea, select, [contenteditable]";

document.addEventListener("keydown", (event) => {
  const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
  // By its place on the keyboard: the same key in every alphabet.
  if (event.code === "KeyI" && isPlain && !event.target.matches(TEXTS) && !document.querySelector("dialog[open]")) {
    document.querySelector("[data-register]")?.click();
  }
});

whenAdded("[data-register-form]", (form) => {
  form.addEventListener("keydown", (event) => {
    chooseByDigit(form, event);
    walk(form, event);
  });
  form.addEventListener("click", (event) => {
    if (event.target.closest("[data-register-kind]")) {
      goOn(form);
    }
  });
});

// A client was chosen: on to the words.
whenAdded("[data-register-chosen]", (part) => {
  if (part.dataset.registerChosen) {
    part.closest("form").querySelector("[name=subject]").focus();
  }
});

function chooseByDigit(form, event) {
  const kinds = form.querySelectorAll("[data-register-kind] input");
  if (/^[1-9]$/.test(event.key) && !event.target.matches(TEXTS) && kinds[event.key - 1]) {
    event.preventDefault();
    kinds[event.key - 1].checked = true;
    goOn(form);
  }
}

/** The next thing to be typed: the client, or what was said. */
function goOn(form) {
  (form.querySelector("[data-register-search]") ?? form.querySelector("[name=subject]")).focus();
}

function walk(form, event) {
  const found = [...form.querySelectorAll("[data-register-client]")];
  const at = found.indexOf(event.target);
  const isSearch = event.target.matches("[data-register-search]");
  if (at < 0 && !isSearch) {
    return;
  }
  if (event.key === "Enter" && isSearch) {
    event.preventDefault();
    found[0]?.click();
  }
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    event.preventDefault();
    const next = at + (event.key === "ArrowDown" ? 1 : -1);
    (found[next] ?? form.querySelector("[data-register-search]")).focus();
  }
}
