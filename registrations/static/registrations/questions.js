/* The form works without this: each question says on what it depends, and the server drops what
   was not asked. With it, such a question is hidden until the answer it waits for is given. */
(() => {
  "use strict";

  const waiting = (root) => [...root.querySelectorAll("[data-only-if]")];
  if (!waiting(document).length) return;

  function answers(question) {
    const asked = question.dataset.onlyIf;
    const scope = question.closest("[data-person]") || question.closest("form");
    const fields = scope.querySelectorAll(`[name="${asked}"], [name$="-${asked}"]`);
    return [...fields]
      .filter((field) => !field.closest("[data-only-if][hidden]"))
      .flatMap((field) => {
        if (field.selectedOptions) return [...field.selectedOptions].map((one) => one.value);
        if (!field.checked) return [];
        return [field.hasAttribute("value") ? field.value : "yes"];
      });
  }

  // In the order of the page: a question may wait for one that waits itself.
  function refresh() {
    for (const question of waiting(document)) {
      question.hidden = !answers(question).includes(question.dataset.answer);
    }
  }

  document.addEventListener("change", refresh);
  addEventListener("pageshow", refresh); // a browser that comes back restores what was ticked
  const people = document.querySelector("[data-people]");
  if (people) new MutationObserver(refresh).observe(people, { childList: true });
  refresh();
})();
