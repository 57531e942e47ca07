// Looks every second how far a file is, and downloads it once. Without this, a link looks again.
(() => {
  const EVERY = 1000;
  const LONGEST = 20 * 60 * 1000;
  const since = Date.now();

  const isMade = () => document.querySelector("#file [data-download]");
  const goesOn = () => document.querySelector("#file progress");

  const look = async () => {
    try {
      const answer = await fetch(window.location.href, { credentials: "same-origin" });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const news = page.getElementById("file");
      if (!answer.ok || !news) {
        return;
      }
      const bar = news.querySelector("progress");
      const shown = document.querySelector("#file progress");
      if (bar && shown) {
        // The bar stays: who listens is told of the end, not of each step.
        shown.value = bar.value;
        document.querySelector("#file label").textContent = news.querySelector("label").textContent;
      } else {
        document.getElementById("file").replaceChildren(...news.childNodes);
        if (isMade()) {
          window.location.assign(isMade().href);
          return;
        }
      }
    } catch {
      // No network for a moment.
    }
    if (goesOn() && Date.now() - since < LONGEST) {
      window.setTimeout(look, EVERY);
    }
  };

  if (goesOn()) {
    window.setTimeout(look, EVERY);
  }
})();
