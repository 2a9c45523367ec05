// Files that are to be sent with a form: dropped or chosen, several times if need be, listed, and taken out again.
import { whenAdded } from "./added.js";

whenAdded("[data-file-drop]", (drop) => {
  const input = drop.querySelector("input[type=file]");
  let chosen = [];

  input.addEventListener("change", () => {
    const known = new Set(chosen.map(keyOf));
    take([...chosen, ...[...input.files].filter((file) => !known.has(keyOf(file)))]);
  });
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, () => drop.classList.add("is-over"));
  }
  for (const name of ["dragleave", "drop"]) {
    drop.addEventListener(name, () => drop.classList.remove("is-over"));
  }

  function take(files) {
    chosen = files;
    const transfer = new DataTransfer();
    for (const file of files) {
      transfer.items.add(file);
    }
    input.files = transfer.files;
    drop.querySelector("[data-file-list]").replaceChildren(...files.map(row));
  }

  function row(file) {
    const copy = drop.querySelector("template").content.firstElementChild.cloneNode(true);
    const [name, size] = copy.querySelectorAll("span");
    name.textContent = file.name;
    size.textContent = `${Math.ceil(file.size / 1024).toLocaleString(document.documentElement.lang)} KB`;
    copy.querySelector("button").addEventListener("click", () => take(chosen.filter((one) => one !== file)));
    return copy;
  }
});

function keyOf(file) {
  return `${file.name}/${file.size}/${file.lastModified}`;
}
