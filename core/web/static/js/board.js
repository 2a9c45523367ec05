// The board of deals: cards are dragged to another stage, or to "won" and "lost"; Shift and an arrow move the one in
// focus. The server decides: it moves the card, or tells the dialog that asks something first; a refused card goes back
// to where it was, and the reason stands in the corner. By manager there is a board in each lane that is open.
import htmx from "htmx.org";
import Sortable from "sortablejs";
import { whenAdded } from "./added.js";
import { note } from "./notes.js";

const KEPT = "board";
let boards = 0;
let asked = "";

whenAdded("[data-board-drop]", (zone) => {
  Sortable.create(zone, { group: { name: "zones", pull: false, put: true }, sort: false });
});

whenAdded("[data-board]", (board) => {
  if (!board.dataset.canMove) {
    return;
  }
  // Cards stay in their lane: who has a deal is not changed by a slip of the hand.
  boards += 1;
  for (const list of board.querySelectorAll("[data-board-cards]")) {
    makeSortable(list, `board-${boards}`);
  }
  board.addEventListener("keydown", (event) => moveByKey(board, event));
  goOn(board);
});

// A dialog leads back to the board by loading it anew: it then stands where it stood, at the card that was moved.
window.addEventListener("pagehide", () => {
  const board = document.querySelector("[data-board]");
  if (board) {
    sessionStorage.setItem(KEPT, JSON.stringify({ address: here(), left: board.scrollLeft, deal: asked }));
  }
});

function goOn(board) {
  const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "{}");
  if (kept.address === here()) {
    sessionStorage.removeItem(KEPT);
    board.scrollLeft = kept.left;
    board.querySelector(`[data-deal="${kept.deal}"] a`)?.focus();
  }
}

function makeSortable(list, group) {
  const zones = document.querySelector("[data-board-zones]");
  let neighbour = null;
  Sortable.create(list, {
    group,
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
      offer(zones, true);
    },
    onEnd({ item, from, to }) {
      offer(zones, false);
      if (from !== to) {
        dropped(list.closest("[data-board]"), item, to, () => {
          from.insertBefore(item, neighbour?.isConnected ? neighbour : null);
        });
      }
    },
  });
}

/** Shows or hides the places where a card may be dropped to win or lose; meanwhile no message lies above it. */
function offer(zones, isShown) {
  zones.classList.toggle("shown", isShown);
  document.getElementById("toasts").classList.toggle("d-none", isShown);
}

function dropped(board, card, to, giveBack) {
  if (to.dataset.boardDrop === "lost") {
    giveBack();
    ask(card, `${addressOf(board, card, "lose")}?next=${encodeURIComponent(here())}`);
    return;
  }
  const hadFocus = card.contains(document.activeElement);
  if (to.dataset.boardDrop !== "won") {
    to.prepend(card);
  }
  send(board, card, to.dataset.boardDrop ? { to: "won" } : { stage: to.dataset.stage }, () => {
    giveBack();
    if (hadFocus) {
      card.querySelector("a").focus();
    }
  }, hadFocus);
}

async function send(board, card, values, giveBack, hadFocus) {
  card.classList.add("is-busy");
  try {
    const answer = await fetch(`${addressOf(board, card, "drop")}?${board.dataset.query}`, {
      method: "POST",
      headers: { "HX-Request": "true", "X-CSRF-Token": document.querySelector("meta[name=csrf-token]").content },
      body: new URLSearchParams({ ...values, version: card.dataset.version, next: here() }),
    });
    if (!answer.ok) {
      giveBack();
      explain(answer);
      return;
    }
    const found = await answer.json();
    if (found.ask) {
      giveBack();
      ask(card, found.ask);
    } else {
      show(board, card, found, hadFocus);
    }
  } catch {
    giveBack();
    note(document.getElementById("toasts").dataset.unreachable, "danger");
  } finally {
    card.classList.remove("is-busy");
  }
}

function here() {
  return location.pathname + location.search;
}

function ask(card, address) {
  asked = card.dataset.deal;
  htmx.ajax("GET", address, "#dialogs");
}

/** The address of an action on a card's deal; the board tells it with 0 in the deal's place. */
function addressOf(board, card, action) {
  return board.dataset[action].replace("/0/", `/${card.dataset.deal}/`);
}

function explain(answer) {
  const said = JSON.parse(answer.headers.get("HX-Trigger") || "{}")["hinka:toast"];
  note(said?.text || answer.statusText, "danger");
}

function show(board, card, { card: html, heads, lane, note: words }, hadFocus) {
  for (const [place, head] of Object.entries(heads)) {
    const element = board.querySelector(`[data-board-head="${place}"]`);
    if (element) {
      element.innerHTML = head;
    }
  }
  const line = board.closest("[data-lane]")?.querySelector("[data-lane-line]");
  if (line && lane) {
    line.innerHTML = lane;
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

function moveByKey(board, event) {
  const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  const card = event.target.closest(".deal-card");
  if (!step || !event.shiftKey || !card) {
    return;
  }
  event.preventDefault();
  const columns = [...board.querySelectorAll("[data-board-cards]")];
  const from = card.parentElement;
  const to = columns[columns.indexOf(from) + step];
  if (to) {
    const neighbour = card.nextElementSibling;
    dropped(board, card, to, () => from.insertBefore(card, neighbour));
  }
}
