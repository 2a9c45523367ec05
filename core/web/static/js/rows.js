// Rows of a form ([data-rows]): one is added from the blank in its <template>, and any is taken away.
import htmx from "htmx.org";

document.addEventListener("click", (event) => {
  const rows = event.target.closest("[data-rows]");
  if (rows && event.target.closest("[data-row-add]")) {
    const blank = rows.querySelector("[data-row-blank]");
    const row = blank.content.firstElementChild.cloneNode(true);
    blank.before(row);
    htmx.process(row);
    row.querySelector("input:not([type='hidden'])").focus();
  }
  if (rows && event.target.closest("[data-row-remove]")) {
    event.target.closest("[data-row]").remove();
  }
});
