// A <dialog data-open> that htmx brings is shown at once; [data-dialog-close] closes it, and closed it is gone. Ctrl and
// Enter send its form from any field.
import { whenAdded } from "./added.js";

whenAdded("dialog[data-open]", (dialog) => {
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) {
      dialog.close();
    }
  });
  dialog.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
      event.target.form?.requestSubmit();
    }
  });
  dialog.showModal();
});
