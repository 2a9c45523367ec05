// Keeps parts of the page fresh ([data-live]): by a stream of events (the extension hx-sse); where the server has no room for one, or while
// it comes back, by asking every ten seconds. A page in the background rests (htmx's pauseOnBackground).
import htmx from "htmx.org";
import { whenAdded } from "./added.js";

const POLL_MS = 10_000;
const RETRY_EVERY = 3;

whenAdded("[data-live-poll]", (source) => {
  let polls = 0;
  let timer = null;

  const poll = () => {
    if (document.hidden) {
      return;
    }
    polls += 1;
    // The extension comes back by itself only once a stream has stood.
    const isAway = !source._htmx?.sse && polls % RETRY_EVERY === 0;
    ask(source, isAway ? source.getAttribute("hx-sse:connect") : source.dataset.livePoll);
  };
  const startPolling = () => {
    timer ??= setInterval(poll, POLL_MS);
    source.dataset.liveState = "polling";
  };
  const stopPolling = () => {
    clearInterval(timer);
    timer = null;
    source.dataset.liveState = "streaming";
  };

  source.addEventListener("htmx:sse:after:connection", stopPolling);
  source.addEventListener("htmx:sse:error", startPolling);
  source.addEventListener("htmx:response:error", startPolling);
  // Not told in the corner of the page: nobody has asked for this.
  source.addEventListener("htmx:error", (event) => {
    event.stopPropagation();
    startPolling();
  });
  // The session has ended, here or elsewhere: the page shows its sign-in.
  source.addEventListener("live:end", () => location.reload());
});

function ask(source, address) {
  return htmx.ajax("GET", address, { source, target: source, swap: "none" });
}
