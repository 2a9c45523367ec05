// A form with data-confirm, or the button that sends it, asks before it is sent.
document.addEventListener("submit", (event) => {
  const words = event.submitter?.dataset.confirm ?? event.target.dataset?.confirm;
  if (words && !window.confirm(words)) {
    event.preventDefault();
    event.stopImmediatePropagation();
  }
}, true);
