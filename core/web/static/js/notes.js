// Short messages in the corner: those of the page, those that an answer to htmx brings (HX-Trigger: hinka:toast),
// and one when the server could not be reached.
import { whenAdded } from "./added.js";

const SECONDS = { success: 5, info: 6, warning: 10, danger: 12 };

/** Shows `text` in the corner; `colour` is success, info, warning or danger. */
export function note(text, colour = "success") {
  const place = document.getElementById("toasts");
  const copy = place.querySelector("template").content.firstElementChild.cloneNode(true);
  copy.className = `note note-${colour}`;
  copy.querySelector(".note-text").textContent = text;
  place.append(copy);
  care(copy);
}

function care(element) {
  const colour = /note-(\w+)/.exec(element.className)?.[1];
  const timer = setTimeout(() => element.remove(), (SECONDS[colour] ?? 6) * 1000);
  element.addEventListener("mouseenter", () => clearTimeout(timer));
  element.querySelector("[data-note-close]").addEventListener("click", () => element.remove());
}

whenAdded("#toasts > [data-note]", care);
document.addEventListener("hinka:toast", (event) => note(event.detail.text, event.detail.colour));
document.addEventListener("htmx:error", () => {
  const words = document.getElementById("toasts").dataset.unreachable;
  note(words, "danger");
});
