// The board of deals: cards are dragged to another stage, or to "won" and "lost"; Shift and an arrow move the one in
// focus. The server decides: a refused card goes back to where it was, and the reason stands in the corner.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { whenAdded } from "./added.js";
import { note } from "./notes.js";

const GROUP = "deals";

whenAdded("[data-board]", (board) => {
  if (!board.dataset.canMove) {
    return;
  }
  const zones = document.querySelector("[data-board-zones]");
  for (const zone of zones.children) {
    Sortable.create(zone, { group: { name: GROUP, pull: false }, sort: false });
  }
  for (const list of board.querySelectorAll("[data-board-cards]")) {
    makeSortable(list, zones);
  }
  board.addEventListener("keydown", (event) => moveByKey(event));
});

function makeSortable(list, zones) {
  let neighbour = null;
  Sortable.create(list, {
    group: GROUP,
    draggable: ".deal-card",
    sort: false,
    delay: 180,
    delayOnTouchOnly: true,
    touchStartThreshold: 4,
    animation: 120,
    ghostClass: "deal-card-ghost",
    scrollSensitivity: 60,
    onStart({ item }) {
      neighbour = item.nextElementSibling;
      zones.classList.add("shown");
    },
    onEnd({ item, from, to }) {
      zones.classList.remove("shown");
      if (from !== to) {
        dropped(item, to, () => from.insertBefore(item, neighbour?.isConnected ? neighbour : null));
      }
    },
  });
}

function dropped(card, to, giveBack) {
  if (to.dataset.boardDrop === "lost") {
    giveBack();
    htmx.ajax("GET", `${addressOf(card, "lose")}?next=${encodeURIComponent(location.pathname + location.search)}`, "#dialogs");
    return;
  }
  const hadFocus = card.contains(document.activeElement);
  if (to.dataset.boardDrop !== "won") {
    to.prepend(card);
  }
  send(card, to.dataset.boardDrop ? { to: "won" } : { stage: to.dataset.stage }, giveBack, hadFocus);
}

async function send(card, values, giveBack, hadFocus) {
  const board = document.querySelector("[data-board]");
  card.classList.add("is-busy");
  try {
    const answer = await fetch(`${addressOf(card, "drop")}?${board.dataset.query}`, {
      method: "POST",
      headers: { "HX-Request": "true", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content },
      body: new URLSearchParams({ ...values, version: card.dataset.version }),
    });
    if (!answer.ok) {
      giveBack();
      explain(answer);
      return;
    }
    show(card, await answer.json(), hadFocus);
  } catch {
    giveBack();
    note(document.getElementById("toasts").dataset.unreachable, "danger");
  } finally {
    card.classList.remove("is-busy");
  }
}

/** The address of an action on a card's deal; the board tells it with 0 in the deal's place. */
function addressOf(card, action) {
  return document.querySelector("[data-board]").dataset[action].replace("/0/", `/${card.dataset.deal}/`);
}

function explain(answer) {
  const said = JSON.parse(answer.headers.get("HX-Trigger") || "{}")["hinka:toast"];
  note(said?.text || answer.statusText, "danger");
}

function show(card, { card: html, heads, note: words }, hadFocus) {
  for (const [place, head] of Object.entries(heads)) {
    const element = document.querySelector(`[data-board-head="${place}"]`);
    if (element) {
      element.innerHTML = head;
    }
  }
  if (html) {
    const fresh = document.createRange().createContextualFragment(html).firstElementChild;
    card.replaceWith(fresh);
    if (hadFocus) {
      fresh.querySelector("a").focus();
    }
  } else {
    card.remove();
  }
  if (words) {
    note(words);
  }
}

function moveByKey(event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.target.closest(".deal-card");
  if (!step || !event.shiftKey || !card) {
    return;
  }
  event.preventDefault();
  const columns = [...document.querySelectorAll("[data-board-cards]")];
  const from = card.parentElement;
  const to = columns[columns.indexOf(from) + step];
  if (to) {
    const neighbour = card.nextElementSibling;
    dropped(card, to, () => from.insertBefore(card, neighbour));
  }
}
