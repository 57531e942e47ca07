/* The sign-up form works without this. With it: people come and go without a reload, services are
   found while typing, and what does not apply steps aside. All words come from the page. */
(() => {
  "use strict";

  const form = document.querySelector("[data-sign-up]");
  const errors = document.querySelector("[data-focus]");
  // A browser may have done it by itself, for the attribute `autofocus`.
  if (errors) requestAnimationFrame(() => document.activeElement === errors || errors.focus());
  if (!form) return;

  const people = form.querySelector("[data-people]");
  const total = form.querySelector("[name='people-TOTAL_FORMS']");
  const status = form.querySelector("[data-status]");
  const most = Number(form.dataset.most);
  // Without words the button does not count: places may be held for people without names.
  const words = JSON.parse(form.dataset.words || "null");
  const rows = () => [...people.querySelectorAll(":scope > [data-person]")];
  const say = (sentence, number) => {
    status.textContent = sentence.replace("__number__", number);
  };

  // People

  const RENUMBERED = ["id", "name", "for", "aria-describedby"];

  function renumber(row, index) {
    row.id = `person-${index + 1}`;
    for (const element of row.querySelectorAll("*")) {
      for (const attribute of RENUMBERED) {
        const value = element.getAttribute(attribute);
        if (value) {
          element.setAttribute(
            attribute,
            value.replace(/people-(\d+|__prefix__)-/g, `people-${index}-`),
          );
        }
      }
      if (element.dataset.numbered) {
        element.textContent = element.dataset.numbered.replace("__number__", index + 1);
      }
      if (element.matches("[data-remove]")) element.value = index;
    }
  }

  function refresh() {
    const all = rows();
    all.forEach((row, index) => {
      renumber(row, index);
      row.querySelector("[data-remove-place]").hidden = all.length < 2;
      showName(row);
    });
    total.value = all.length;
    form.querySelector("[data-add-place]").hidden = all.length >= most;
    form.querySelector("[data-several]").hidden = words !== null && all.length < 2;
    if (!words) return;
    for (const button of form.querySelectorAll("button[type=submit]:not([name])")) {
      button.textContent = words[all.length - 1];
    }
  }

  // The booker's name stands above: its row need not ask for it again.
  function showName(row) {
    const isMe = row.querySelector("[data-me] input").checked;
    const others = row.querySelector("[data-not-me]");
    others.hidden = isMe;
    for (const input of others.querySelectorAll("input")) input.disabled = isMe;
  }

  function add() {
    const empty = form.querySelector("[data-empty-person]");
    people.append(document.importNode(empty.content, true));
    refresh();
    const number = rows().length;
    rows()[number - 1].querySelector("input").focus();
    say(form.dataset.added, number);
  }

  function remove(row) {
    const index = rows().indexOf(row);
    row.remove();
    refresh();
    rows()[Math.max(0, index - 1)].querySelector("input").focus();
    say(form.dataset.removed, index + 1);
  }

  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    if (button.matches("[data-add]") && rows().length < most) {
      event.preventDefault();
      add();
    } else if (button.matches("[data-remove]") && rows().length > 1) {
      event.preventDefault();
      remove(button.closest("[data-person]"));
    }
  });

  people.addEventListener("change", (event) => {
    if (event.target.closest("[data-me]")) showName(event.target.closest("[data-person]"));
  });

  // The service, found while typing

  const service = form.querySelector("[data-service]");
  const name = service.querySelector("input");
  const unknown = service.querySelector("[data-service-status]");
  const newService = form.querySelector("[data-new-service]");
  const list = document.createElement("datalist");
  list.id = "services-found";
  service.append(list);
  name.setAttribute("list", list.id);

  let timer;
  let asked = "";
  let known = null; // names the server gave for `asked`; null while unsure

  async function suggest() {
    const typed = name.value.trim();
    if (typed === asked || typed.length < 2) return;
    asked = typed;
    known = null;
    try {
      const url = `${service.dataset.url}?${new URLSearchParams({ q: typed })}`;
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      if (!answer.ok || typed !== asked) return;
      const { results } = await answer.json();
      known = results;
      list.replaceChildren(
        ...results.map((one) => {
          const option = document.createElement("option");
          option.value = one.name;
          option.label = [one.name, one.municipality].filter(Boolean).join(", ");
          return option;
        }),
      );
    } catch {
      asked = ""; // no network: the server will ask which service it is
    }
  }

  name.addEventListener("input", () => {
    unknown.textContent = "";
    // A choice made for other words no longer holds.
    for (const radio of form.querySelectorAll("[name='booking-service'][type=radio]")) {
      radio.checked = false;
    }
    clearTimeout(timer);
    timer = setTimeout(suggest, 200);
  });

  name.addEventListener("change", async () => {
    clearTimeout(timer);
    await suggest();
    if (known && !known.length && newService.matches("details")) {
      newService.open = true;
      unknown.textContent = service.dataset.unknown;
    }
  });

  // Whoever describes a new service need not say once more that it is not listed.
  newService.addEventListener("input", (event) => {
    const box = form.querySelector("[name='booking-service'][type=checkbox]");
    if (box && event.target !== box && event.target.value) box.checked = true;
  });

  // One click is enough

  let isSent = false;
  form.addEventListener("submit", (event) => {
    if (isSent) event.preventDefault();
    isSent = true;
    form.querySelector("[data-submit]").setAttribute("aria-disabled", "true");
  });
  addEventListener("pageshow", () => {
    isSent = false;
    form.querySelector("[data-submit]").removeAttribute("aria-disabled");
    refresh(); // a browser that comes back restores what was ticked
  });

  refresh();
})();
