// A search over the rows of a table: the server answers it too, here it answers with every letter.
for (const form of document.querySelectorAll("[data-filter]")) {
  const table = document.getElementById(form.dataset.filter);
  if (!table) continue;
  const rows = [...table.rows].map(row => [row, textOf(row), row.classList.contains("item")]);
  const total = rows.filter(([, , item]) => !item).length;
  const said = form.querySelector("[role=status]");
  form.querySelector("input[type=search]").addEventListener("input", event => {
    const words = event.target.value.trim().toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const [row, text, item] of rows) {
      row.hidden = item ? words.length > 0 : !words.every(word => text.includes(word));
      shown += !row.hidden && !item;
    }
    said.textContent = words.length ? `${shown} of ${total} elements` : "";
  });
}

// All that a row says, and its name without spaces: the keyword of an attribute.
function textOf(row) {
  const keyword = row.cells[1]?.firstChild?.textContent.replaceAll(" ", "") ?? "";
  return `${row.textContent} ${keyword}`.toLowerCase();
}
