// Fetches the chart library only when a chart comes into view: most pages have none, and it is the heaviest part.
import { whenAdded } from "./added.js";

const seen = new IntersectionObserver((entries) => {
  for (const entry of entries.filter((one) => one.isIntersecting)) {
    seen.unobserve(entry.target);
    onceShown(() => draw(entry.target));
  }
}, { rootMargin: "200px" });

whenAdded("[data-chart]", (element) => seen.observe(element));

// Drawing holds the page up: what else it says comes onto the screen before, which it is when a frame has followed on it.
function onceShown(act) {
  requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(act)));
}

async function draw(element) {
  // The same ?v= as this script has, so that a new version of Hinka never meets an old chart library.
  const address = new URL("./charts.js", import.meta.url);
  address.search = new URL(import.meta.url).search;
  const { render } = await import(address.href);
  await render(element);
}
