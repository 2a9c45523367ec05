// What changes in a part that the stream keeps fresh is told to the page: [data-tells] names the event, so that other parts ask anew.
import { whenAdded } from "./added.js";

whenAdded("[data-tells]", (part) => {
  const tell = () => document.body.dispatchEvent(new CustomEvent(part.dataset.tells));
  new MutationObserver(tell).observe(part, { childList: true, characterData: true, subtree: true });
});
