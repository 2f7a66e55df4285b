// A filter box over the rows of a table: hidden in the page, shown where this script runs.
for (const box of document.querySelectorAll("[data-filter]")) {
  const rows = [...document.getElementById(box.dataset.filter).rows].map(row => [row, row.textContent.toLowerCase()]);
  const said = box.querySelector("[role=status]");
  box.hidden = false;
  box.querySelector("input").addEventListener("input", event => {
    const wanted = event.target.value.trim().toLowerCase();
    let shown = 0;
    for (const [row, text] of rows) {
      row.hidden = !text.includes(wanted);
      shown += !row.hidden;
    }
    said.textContent = wanted ? `${shown} of ${rows.length} rows` : "";
  });
}
