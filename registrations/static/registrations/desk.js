/* The welcome desk works without this: each button is a form. With it a tap counts at once, stays
   on this device until the server has acknowledged it, and two phones agree. All words come from
   the page. */
(() => {
  "use strict";

  const desk = document.querySelector("[data-desk]");
  if (!desk) return;
  const { words, urls, session, time_zone: timeZone, ...told } = JSON.parse(
    document.getElementById("desk-data").textContent,
  );
  const find = (name, within = desk) => within.querySelector(`[data-${name}]`);
  const say = (sentence, values = {}) =>
    sentence.replace(/%\((\w+)\)s/g, (_all, name) => values[name] ?? "");

  let state = told.state;
  let halfDay = told.half_day;
  let token = desk.querySelector("[name=csrfmiddlewaretoken]").value;
  let isOffline = false;
  let hasEnded = false;

  // What is kept on this device

  const PREFIX = `registrations-desk-${session}-`;
  const memory = new Map(); // of a browser that lets nothing be kept
  let keeps = true;

  function keep(name, value) {
    memory.set(name, value);
    try {
      localStorage.setItem(name, value);
    } catch {
      keeps = false;
    }
  }

  function forget(name) {
    memory.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      keeps = false;
    }
  }

  function kept() {
    const found = new Map([...memory].filter(([name]) => name.startsWith(PREFIX)));
    try {
      // Another page of this desk, in the same browser, may have kept or sent some.
      if (keeps) found.clear();
      for (let index = 0; index < localStorage.length; index++) {
        const name = localStorage.key(index);
        if (name.startsWith(PREFIX)) found.set(name, localStorage.getItem(name));
      }
    } catch {
      keeps = false;
    }
    return [...found.values()]
      .map((value) => JSON.parse(value))
      .sort((one, other) => one.order - other.order);
  }

  const put = (operation) => keep(PREFIX + operation.uid, JSON.stringify(operation));
  const drop = (uid) => forget(PREFIX + uid);

  function newUid() {
    if (crypto.randomUUID) return crypto.randomUUID();
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    bytes[6] = (bytes[6] & 15) | 64;
    bytes[8] = (bytes[8] & 63) | 128;
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  function deviceName() {
    const NAME = "registrations-desk-device";
    let name = null;
    try {
      name = localStorage.getItem(NAME);
    } catch {
      keeps = false;
    }
    if (!name) {
      name = newUid().replaceAll("-", "").slice(0, 12);
      keep(NAME, name);
    }
    return name;
  }

  const device = deviceName();
  let lastOrder = 0;

  function enqueue(operation) {
    lastOrder = Math.max(lastOrder + 1, Date.now());
    put({
      uid: newUid(),
      half_day: halfDay,
      noted_at: new Date().toISOString(),
      order: lastOrder,
      ...operation,
    });
    render();
    soon();
  }

  // How things stand: what the server said, and on top of it what it has not heard yet

  const NOTHING = { state: "", arrived_at: "", left_at: "" };
  const waitingToLeave = (operations) => operations.filter((one) => !one.refused);

  function standing(person, operations) {
    let found = person.states[halfDay] || NOTHING;
    for (const one of operations) {
      if (one.half_day !== halfDay) continue;
      if (one.do === "note" && one.of === person.id) {
        const isPresent = one.state === "PRESENT";
        found = {
          state: one.state,
          arrived_at: (isPresent && one.arrived_at) || "",
          left_at: (isPresent && one.left_at) || "",
        };
      } else if (one.do === "confirm" && one.person === person.id && found.state !== "PRESENT") {
        found = { ...NOTHING, state: "PRESENT" };
      }
    }
    return found;
  }

  function inWords(presence) {
    if (!presence.state) return "";
    const hours = ["arrived_at", "left_at"]
      .filter((name) => presence[name])
      .map((name) => say(words[name], { hour: presence[name] }));
    return [words[presence.state], ...hours].join(", ");
  }

  // Showing it

  const lists = {
    people: find("people"),
    waiting: find("waiting"),
    said: find("said-list"),
    kept: find("kept"),
  };
  const search = find("search");
  let heard; // when what the search finds is told

  // To those who hear the page
  function announce(sentence) {
    clearTimeout(heard);
    setText(find("said"), sentence);
  }

  function made(template, id) {
    const holder = document.createElement("template");
    holder.innerHTML = template.innerHTML.replaceAll("__id__", id).trim();
    return holder.content.firstElementChild;
  }

  function setText(element, text) {
    if (element.textContent !== text) element.textContent = text;
  }

  function setNames(row, name, service) {
    for (const element of row.querySelectorAll("[data-name]")) setText(element, name);
    const place = find("service", row);
    if (place) setText(place, service);
  }

  // Rows are kept where they are, so that nobody loses the one they are in.
  function fill(list, attribute, template, lines, update) {
    const rows = new Map([...list.children].map((row) => [row.getAttribute(attribute), row]));
    let next = list.firstElementChild;
    for (const line of lines) {
      const id = String(line.id);
      const row = rows.get(id) || made(template, id);
      row.setAttribute(attribute, id);
      rows.delete(id);
      if (row === next) next = next.nextElementSibling;
      else list.insertBefore(row, next);
      update(row, line);
    }
    for (const row of rows.values()) {
      if (row.contains(document.activeElement) && row.querySelector("details[open]")) continue;
      row.remove();
    }
  }

  function showPerson(row, person, presence, isReplaced) {
    setNames(row, person.name, person.service);
    row.dataset.plain = plainWords(`${person.name} ${person.service}`).join(" ");
    const tap = find("tap", row);
    const isPresent = presence.state === "PRESENT";
    tap.setAttribute("aria-pressed", String(isPresent));
    tap.dataset.is = presence.state;
    tap.value = isPresent ? "" : "PRESENT";
    setText(find("state", row), isReplaced ? words.to_send : inWords(presence));
    for (const button of row.querySelectorAll("button:not([type=button])")) {
      button.disabled = !state.open || isReplaced;
    }
    if (!row.querySelector("details[open]")) {
      for (const name of ["arrived_at", "left_at"]) {
        row.querySelector(`[name=${name}]`).value = presence[name];
      }
    }
  }

  function showLine(row, line, { name, service, text, isHidden }) {
    setNames(row, name, service);
    if (text) setText(find("state", row), text);
    row.hidden = isHidden;
    for (const button of row.querySelectorAll("button")) button.disabled = !state.open;
  }

  function render() {
    const operations = kept();
    const unsent = waitingToLeave(operations);
    const of = (act) => new Set(unsent.filter((one) => one.do === act).map((one) => one.of));
    const replaced = of("replace");
    const letIn = of("let_in");
    const settled = new Set([...of("confirm"), ...of("dismiss")]);
    let present = unsent.filter((one) => {
      const isHere = ["walk_in", "replace", "let_in"].includes(one.do);
      return isHere && one.half_day === halfDay;
    }).length;

    fill(lists.people, "data-person", find("new-person"), state.people, (row, person) => {
      const presence = standing(person, unsent);
      const isReplaced = replaced.has(person.id);
      if (presence.state === "PRESENT" && !isReplaced) present += 1;
      showPerson(row, person, presence, isReplaced);
    });
    fill(lists.waiting, "data-waits", find("new-waiting"), state.waiting, (row, line) =>
      showLine(row, line, {
        name: line.name,
        service: line.service,
        text: letIn.has(line.id) ? words.to_send : line.words,
        isHidden: false,
      }),
    );
    for (const row of lists.waiting.children) {
      if (letIn.has(Number(row.dataset.waits))) find("waits-button", row).disabled = true;
    }
    fill(lists.said, "data-says", find("new-said"), state.said, (row, line) => {
      showLine(row, line, {
        name: `${line.first_name} ${line.last_name}`,
        service: line.person ? line.service : words.not_on_list,
        isHidden: settled.has(line.id),
      });
      find("if-known", row).hidden = !line.person;
      find("if-unknown", row).hidden = Boolean(line.person);
    });

    const open = state.said.filter((line) => !settled.has(line.id));
    find("said-here").hidden = !open.length;
    find("confirm-all").hidden = !open.some((line) => line.person);
    find("waiting-place").hidden = !state.waiting.length;
    find("notice=closed").hidden = !state.closed;
    find("notice=early").hidden = state.open;
    find("notice=ended").hidden = !hasEnded;
    find("notice-kept").hidden = !operations.length;

    const added = unsent.filter((one) => ["walk_in", "let_in"].includes(one.do)).length;
    setText(find("count"), `${present} / ${state.people.length + added}`);
    showKept(operations);
    showSign(operations);
    narrow();
  }

  // People added here whom the server has not heard of, and what it refused
  function showKept(operations) {
    const shown = operations.filter((one) => one.refused || ["walk_in", "replace"].includes(one.do));
    const lines = shown.map((one) => ({ ...one, id: one.uid }));
    fill(lists.kept, "data-uid", find("new-kept"), lines, (row, one) => {
      setNames(row, nameOf(one), one.service_name || "");
      setText(find("state", row), one.refused || words.to_send);
      find("refused", row).hidden = !one.refused;
      find("all-the-same", row).hidden = !one.may_pass;
      find("correct", row).hidden = !["walk_in", "replace"].includes(one.do);
    });
    find("to-send").hidden = !lines.length;
  }

  function nameOf(operation) {
    const own = [operation.first_name, operation.last_name].filter(Boolean).join(" ");
    const lines = [...state.people, ...state.waiting];
    const other = lines.find((one) => one.id === operation.of)?.name || "";
    if (operation.do === "replace" && other) return say(words.instead, { name: own, other });
    return own || other;
  }

  let wasOffline = false;

  function showSign(operations) {
    const number = waitingToLeave(operations).length;
    const sign = find("sign");
    let text = "";
    if (!keeps && number) text = words.not_kept;
    else if (isOffline) text = number ? say(words.kept_offline, { number }) : words.offline;
    else if (number) text = say(words.kept, { number });
    else if (wasOffline) text = words.sent;
    if (isOffline) wasOffline = true;
    setText(sign, text);
    sign.hidden = !text;
    sign.dataset.offline = String(isOffline);
  }

  // Finding somebody

  function plainWords(text) {
    const plain = text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
    return plain.split(/[^\p{L}\p{N}]+/u).filter(Boolean);
  }

  function narrow() {
    const typed = plainWords(search.value);
    let found = 0;
    for (const row of lists.people.children) {
      const own = row.dataset.plain.split(" ");
      row.hidden = !typed.every((one) => own.some((word) => word.startsWith(one)));
      found += !row.hidden;
    }
    find("none").hidden = found > 0;
    return found;
  }

  search.addEventListener("input", () => {
    const number = narrow();
    clearTimeout(heard);
    heard = setTimeout(announce, 700, say(words.found, { number }));
  });
  search.addEventListener("focus", () => search.select());
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    const first = [...lists.people.children].find((row) => !row.hidden);
    if (first) find("tap", first).focus();
  });

  // What is tapped and typed

  let lastTap = { of: 0, at: 0 };

  function tap(data, submitter) {
    const of = Number(data.get("of"));
    const isTap = submitter?.matches("[data-tap]");
    // A finger that trembles has not taken it back.
    if (isTap && lastTap.of === of && Date.now() - lastTap.at < 600) return;
    lastTap = { of, at: Date.now() };
    const person = state.people.find((one) => one.id === of);
    const before = standing(person, waitingToLeave(kept()));
    const after = { do: "note", of, state: data.get("state") };
    if (!isTap && after.state === "PRESENT") {
      after.arrived_at = data.get("arrived_at");
      after.left_at = data.get("left_at");
    }
    enqueue(after);
    offerUndo(person, before, after);
  }

  function inASentence({ name }, presence) {
    if (!presence.state) return say(words.taken_back, { name });
    return say(words.noted, { name, state: inWords({ ...NOTHING, ...presence }) });
  }

  let undone;

  function offerUndo(person, before, after) {
    const said = inASentence(person, after);
    announce(said);
    setText(find("undo-words"), said);
    const place = find("undo");
    place.hidden = false;
    clearTimeout(undone);
    undone = setTimeout(() => (place.hidden = true), 10_000);
    find("undo-button").onclick = () => {
      place.hidden = true;
      lastTap = { of: 0, at: 0 };
      enqueue({ do: "note", of: person.id, ...before });
      announce(inASentence(person, before));
      find("tap", lists.people.querySelector(`[data-person="${person.id}"]`))?.focus();
    };
  }

  const TYPED = ["first_name", "last_name", "service_name", "function", "email"];
  let corrected = null; // the operation whose words are in a form again

  function typed(act, form, data) {
    const operation = { do: act, half_day: halfDay };
    for (const name of TYPED) if (data.has(name)) operation[name] = data.get(name).trim();
    if (data.has("of")) operation.of = Number(data.get("of"));
    if (corrected?.do === act) operation.uid = corrected.uid;
    corrected = null;
    form.reset();
    form.closest("details").open = false;
    enqueue(operation);
    const name = `${operation.first_name} ${operation.last_name}`;
    announce(say(words.noted, { name, state: words.PRESENT }));
  }

  function formOf(operation) {
    if (operation.do === "walk_in") return find("walk-in").querySelector("form");
    const row = lists.people.querySelector(`[data-person="${operation.of}"]`);
    return row?.querySelector("[name=do][value=replace]").form;
  }

  function write(form, values) {
    for (const name of TYPED) {
      if (form.elements[name] && values[name]) form.elements[name].value = values[name];
    }
    form.closest("details").open = true;
    form.elements.first_name.focus();
  }

  function hoursAreWrong(form, data) {
    const field = form.elements.left_at;
    if (!field) return false;
    const [arrived, left] = [data.get("arrived_at"), data.get("left_at")];
    field.setCustomValidity(arrived && left && left <= arrived ? words.not_later : "");
    return !form.reportValidity();
  }

  desk.addEventListener("submit", (event) => {
    const form = event.target;
    const { submitter } = event;
    const data = new FormData(form);
    if (submitter?.name) data.set(submitter.name, submitter.value);
    const act = data.get("do");
    if (act === "room") return;
    event.preventDefault();
    const of = Number(data.get("of"));
    if (act === "note") {
      if (data.get("state") === "PRESENT" && hoursAreWrong(form, data)) return;
      const details = form.closest("details");
      if (details) details.open = false;
      tap(data, submitter);
    } else if (act === "walk_in" || act === "replace") {
      typed(act, form, data);
    } else if (act === "confirm_all") {
      for (const line of state.said) if (line.person) confirm(line);
    } else if (act === "add") {
      write(formOf({ do: "walk_in" }), state.said.find((line) => line.id === of));
    } else if (act === "confirm") {
      confirm(state.said.find((line) => line.id === of));
    } else if (act) {
      enqueue({ do: act, of });
    }
  });

  function confirm(line) {
    enqueue({ do: "confirm", of: line.id, person: line.person });
  }

  lists.kept.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const uid = button.closest("[data-uid]").dataset.uid;
    const operation = kept().find((one) => one.uid === uid);
    if (!operation) return;
    if (button.matches("[data-give-up]")) {
      drop(uid);
    } else if (button.matches("[data-all-the-same]")) {
      put({ ...operation, beyond: true, refused: "", may_pass: false });
      soon();
    } else if (formOf(operation)) {
      corrected = operation;
      write(formOf(operation), operation);
    }
    render();
  });

  function choose(number) {
    halfDay = number;
    for (const link of desk.querySelectorAll("[data-half-day]")) {
      const isChosen = Number(link.dataset.halfDay) === number;
      if (isChosen) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
    history.replaceState(null, "", `?half=${number}`);
    render();
  }

  for (const link of desk.querySelectorAll("[data-half-day]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      choose(Number(link.dataset.halfDay));
    });
  }

  // Services, found while typing

  const service = find("walk-in")?.querySelector("[name=service_name]");
  const services = document.createElement("datalist");
  let asking;

  function offerServices(names) {
    services.replaceChildren(
      ...[...new Set(names)].map((name) => {
        const option = document.createElement("option");
        option.value = name;
        return option;
      }),
    );
  }

  async function suggest() {
    const typedName = service.value.trim();
    const here = [...state.people, ...state.waiting].map((one) => one.service);
    offerServices(here);
    if (typedName.length < 2 || isOffline) return;
    try {
      const url = `${urls.suggestions}?${new URLSearchParams({ q: typedName })}`;
      const answer = await fetch(url, { headers: { Accept: "application/json" } });
      const { results } = await answer.json();
      if (typedName === service.value.trim()) {
        offerServices([...results.map((one) => one.name), ...here]);
      }
    } catch {
      // Without network one writes the whole name.
    }
  }

  if (service) {
    services.id = "desk-services";
    service.after(services);
    service.setAttribute("list", services.id);
    service.addEventListener("focus", suggest);
    service.addEventListener("input", () => {
      clearTimeout(asking);
      asking = setTimeout(suggest, 200);
    });
  }

  // To the server and back

  const EVERY = 10_000; // milliseconds
  const LONGEST = 30_000;
  const SENT = ["order", "person", "refused", "may_pass"];
  let most = 200; // operations in a request
  let failures = 0;
  let timer;
  let isBusy = false;
  let again = false;

  function soon(delay = 100) {
    clearTimeout(timer);
    timer = setTimeout(round, delay);
  }

  async function round() {
    clearTimeout(timer);
    if (isBusy) {
      again = true;
      return;
    }
    isBusy = true;
    again = false;
    try {
      const some = waitingToLeave(kept()).slice(0, most);
      const isRead = some.length ? await send(some) : await read();
      failures = isRead ? 0 : failures + 1;
      isOffline = false;
      if (isRead && waitingToLeave(kept()).length) again = true;
    } catch {
      failures += 1;
      isOffline = true;
      await recall();
    } finally {
      isBusy = false;
    }
    render();
    soon(again && !failures ? 0 : Math.min(LONGEST, EVERY * Math.max(1, failures)));
  }

  // Raises where there is no network, or another one than the Internet.
  async function ask(url, options = {}) {
    const answer = await fetch(url, {
      credentials: "same-origin",
      cache: "no-store",
      signal: AbortSignal.timeout(15_000),
      ...options,
      headers: { Accept: "application/json", ...options.headers },
    });
    const isOurs = (answer.headers.get("Content-Type") || "").startsWith("application/json");
    if (answer.ok && !isOurs) throw new Error("not our answer");
    if (answer.status === 404) await end();
    return answer;
  }

  async function read() {
    const answer = await ask(urls.state);
    if (!answer.ok) return false;
    take(await answer.json());
    return true;
  }

  async function send(some) {
    const operations = some.map((one) =>
      Object.fromEntries(Object.entries(one).filter(([name]) => !SENT.includes(name))),
    );
    const answer = await ask(urls.notes, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ device, sent_at: new Date().toISOString(), operations }),
    });
    if (answer.ok) {
      const { answers, state: now } = await answer.json();
      for (const one of some) acknowledge(one, answers[one.uid]);
      take(now);
      return true;
    }
    if (answer.status === 404) return false;
    if (answer.status === 413) most = Math.max(1, Math.floor(most / 2));
    if (answer.status === 400) {
      if (most === 1) put({ ...some[0], refused: (await answer.json()).message });
      most = 1;
    }
    return read(); // its token may be needed: another form was sent from here
  }

  function acknowledge(operation, receipt) {
    if (!receipt) return;
    if (receipt.outcome === "refused") {
      put({ ...operation, refused: receipt.sentence, may_pass: receipt.may_pass });
    } else {
      drop(operation.uid);
    }
  }

  function take({ token: fresh, ...now }) {
    // Noon has passed, and who is here looked at the morning because it was morning.
    const goesOn = halfDay === state.half_day && halfDay !== now.half_day;
    state = now;
    if (goesOn) choose(now.half_day);
    token = fresh;
    isFresh = true;
    hasEnded = false;
    if (state.closed && !kept().length) clearAway();
    else remember();
  }

  async function end() {
    hasEnded = true;
    await clearAway();
  }

  // The page itself, for a reload without network

  const KEPT = `registrations-desk:${location.pathname}`;
  const canKeepPage = "serviceWorker" in navigator && "caches" in window;
  let isFresh = false; // whether the server was heard since this page was opened
  let isKept = false;

  async function keepPage() {
    if (!canKeepPage || hasEnded || state.closed) return;
    try {
      await navigator.serviceWorker.register(urls.worker, { scope: location.pathname });
      const cache = await caches.open(KEPT);
      const pieces = [...document.querySelectorAll("link[rel=stylesheet], script[src]")];
      for (const address of [location.pathname, ...pieces.map((one) => one.href || one.src)]) {
        if (!(await cache.match(address))) await cache.add(address);
      }
      isKept = true;
      await remember();
    } catch {
      // A browser that cannot: what was tapped is kept all the same.
    }
  }

  async function remember() {
    if (!isKept) return;
    try {
      const cache = await caches.open(KEPT);
      await cache.put(urls.state, new Response(JSON.stringify(state)));
    } catch {
      isKept = false;
    }
  }

  // The page that was kept may be older than what was read last.
  async function recall() {
    if (isFresh || !canKeepPage) return;
    isFresh = true;
    const last = await caches.match(urls.state, { cacheName: KEPT });
    if (last) state = await last.json();
  }

  // Nobody's name stays on a phone longer than it is needed.
  async function clearAway() {
    isKept = false;
    if (!canKeepPage) return;
    await caches.delete(KEPT);
    const registered = await navigator.serviceWorker.getRegistration(location.pathname);
    if (registered?.scope.endsWith(location.pathname)) await registered.unregister();
  }

  // The beginning

  for (const operation of kept()) {
    lastOrder = Math.max(lastOrder, operation.order);
    // What was tapped is tried once more; what was typed waits for a decision.
    if (operation.refused && !TYPED.some((name) => operation[name])) {
      put({ ...operation, refused: "" });
    }
  }
  find("search-place").hidden = false;
  for (const form of desk.querySelectorAll("form")) form.noValidate = false;
  addEventListener("online", () => soon(0));
  addEventListener("offline", () => soon(0));
  addEventListener("storage", render);
  addEventListener("beforeunload", (event) => {
    if (!keeps && waitingToLeave(kept()).length) event.preventDefault();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") soon(0);
  });
  render();
  round().then(keepPage);
})();
