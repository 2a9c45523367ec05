// A conversation opens where it ended: at its newest message.
import { whenAdded } from "./added.js";

whenAdded("[data-newest]", (message) => message.scrollIntoView({ block: "nearest" }));
