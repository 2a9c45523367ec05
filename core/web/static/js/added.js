// Lets a module care for its elements wherever they come from: the page itself or a fragment that htmx brought.

const watched = [];

/** Calls `care(element)` once for each element that matches `selector`, now and whenever one is added. */
export function whenAdded(selector, care) {
  const watch = { selector, care, seen: new WeakSet() };
  watched.push(watch);
  if (document.readyState !== "loading") {
    visit(document, watch);
  }
}

function visit(root, watch) {
  const found = [...root.querySelectorAll(watch.selector)];
  if (root.matches?.(watch.selector)) {
    found.unshift(root);
  }
  for (const element of found.filter((one) => !watch.seen.has(one))) {
    watch.seen.add(element);
    watch.care(element);
  }
}

function visitAll(event) {
  for (const watch of watched) {
    visit(event.target, watch);
  }
}

document.addEventListener("DOMContentLoaded", visitAll);
document.addEventListener("htmx:after:process", visitAll);
