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
