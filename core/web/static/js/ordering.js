// Rows that are dragged into an order: data-sortable names the rows, data-sortable-handle what they are held by. When
// an order has changed, the element hears "sorted". Buttons beside the rows do the same for the keyboard.
import Sortable from "sortablejs";
import { whenAdded } from "./added.js";

whenAdded("[data-sortable]", (element) => {
  Sortable.create(element, {
    draggable: element.dataset.sortable,
    handle: element.dataset.sortableHandle,
    animation: 120,
    onEnd: ({ oldIndex, newIndex }) => {
      if (oldIndex !== newIndex) {
        element.dispatchEvent(new Event("sorted"));
      }
    },
  });
});
