// Copy buttons: hidden in the page, shown where the browser can copy. Without JavaScript the text stays selectable.
if (navigator.clipboard) {
  for (const button of document.querySelectorAll("button[data-copy]")) {
    const said = button.parentElement.querySelector("[role=status]");
    button.hidden = false;
    button.addEventListener("click", async () => {
      try {
        await navigator.clipboard.writeText(button.dataset.copy);
        said.textContent = "Copied";
      } catch {
        said.textContent = "The browser did not allow copying; select the text instead";
      }
      setTimeout(() => { said.textContent = ""; }, 4000);
    });
  }
}
