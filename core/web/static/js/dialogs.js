// A <dialog data-open> that htmx brings is shown at once; [data-dialog-close] closes it, and closed it is gone.
import { whenAdded } from "./added.js";

whenAdded("dialog[data-open]", (dialog) => {
  dialog.addEventListener("close", () => dialog.remove());
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.closest("[data-dialog-close]")) {
      dialog.close();
    }
  });
  dialog.showModal();
});
