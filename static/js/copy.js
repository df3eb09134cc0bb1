// Beside each text that is there to be taken away: a button that copies it. Without JavaScript people mark it themselves.
for (const button of document.querySelectorAll(".app-copy-button")) {
  const text = document.getElementById(button.dataset.copies);
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    said.textContent = (await copied(text)) ? "Copied" : "Press Ctrl and C to copy it";
  });
}

// Only pages that came over HTTPS may write to the clipboard; for the rest there is the older way.
async function copied(text) {
  try {
    await navigator.clipboard.writeText(text.value);
    return true;
  } catch {
    text.select();
    return document.execCommand("copy");
  }
}
