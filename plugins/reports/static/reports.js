// The panel of a report's settings: a choice shows at once; a named period and days of one's own exclude each other.
for (const form of document.querySelectorAll("[data-report-settings]")) {
  const days = [...form.querySelectorAll("[name='from'], [name='through']")];
  const period = form.elements.namedItem("period");
  form.addEventListener("change", (event) => {
    if (event.target.closest(".report-chooser")) {
      return;
    }
    if (event.target === period) {
      days.forEach((day) => { day.value = ""; });
    } else if (period && days.includes(event.target)) {
      period.value = "";
    }
    if (event.target.name === "facts") {
      // Other facts have other fields and numbers: nothing chosen for these goes along.
      form.querySelectorAll("input[name='f']").forEach((one) => { one.remove(); });
      form.querySelectorAll("[name='rows'], [name='columns'], [name='sort'], [name='moment']").forEach((one) => {
        one.value = "";
      });
      form.querySelectorAll("[name='measures']").forEach((one) => { one.checked = false; });
    }
    if (event.target.matches("select")) {
      form.requestSubmit();
    }
  });
  // Empty fields only make the address long.
  form.addEventListener("submit", () => {
    for (const field of form.querySelectorAll("select, input[type='date']")) {
      field.disabled = !field.value;
    }
  });
  window.addEventListener("pageshow", () => {
    form.querySelectorAll(":disabled").forEach((field) => { field.disabled = false; });
  });
}

// On a narrow screen the tab of the present report is brought into sight.
for (const chosen of document.querySelectorAll(".report-switch .active")) {
  const strip = chosen.parentElement;
  strip.scrollLeft = chosen.offsetLeft - (strip.clientWidth - chosen.offsetWidth) / 2;
}
