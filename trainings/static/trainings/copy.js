/* Buttons that copy an address. Without this they are not there, and the address is. All words come
   from the page. */
(() => {
  "use strict";

  // Browsers give the clipboard to pages over https only; the older way works on all.
  async function copy(field) {
    try {
      await navigator.clipboard.writeText(field.value);
      return true;
    } catch {
      field.select();
      return document.execCommand("copy");
    }
  }

  for (const place of document.querySelectorAll("[data-copy]")) {
    const field = document.getElementById(place.dataset.copy);
    const button = place.querySelector("button");
    const status = place.querySelector("[role=status]");
    place.hidden = false;
    button.addEventListener("click", async () => {
      status.textContent = ""; // said again, it is heard again
      const isCopied = await copy(field);
      if (isCopied) button.focus();
      setTimeout(() => {
        status.textContent = isCopied ? place.dataset.copied : place.dataset.failed;
      }, 50);
    });
  }
})();
