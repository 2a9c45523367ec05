// The one script of every page. A module joins by an import below and finds its elements by `whenAdded`.
import "htmx.org";
import "htmx.org/dist/ext/hx-sse.js";
import "@tabler/core/js/src/bootstrap";
import "@tabler/core/js/src/dropdown";
import "@tabler/core/js/src/tooltip";
import "@tabler/core/js/src/tab";
import "./charts-loader.js";
import "./confirm.js";
import "./conversation.js";
import "./days.js";
import "./notes.js";
import "./board.js";
import "./dialogs.js";
import "./files.js";
import "./lists.js";
import "./live.js";
import "./ordering.js";
import "./register.js";
import "./rows.js";
import "./telling.js";

// From here on keys and clicks do what they say; the tests with a browser wait for it.
document.addEventListener("htmx:after:process", () => document.documentElement.setAttribute("data-at-work", ""), { once: true });
