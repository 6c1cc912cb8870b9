(() => {
  "use strict";
  const one = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // Print shows what is folded; afterwards each fold is as it was.
  const folds = all("details:not(.from, .more-of)");
  const states = () => folds.map((fold) => fold.open);
  const restore = (open) => folds.forEach((fold, n) => { fold.open = open[n]; });
  let printed = [];
  addEventListener("beforeprint", () => { printed = states(); folds.forEach((fold) => { fold.open = true; }); });
  addEventListener("afterprint", () => restore(printed));

  // Tables sort by what a cell holds: by `data-v` where that is a number or a day; blanks stay last.
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const valueOf = (cell) => {
    const value = cell.dataset.v ?? (cell.querySelector(".name") ?? cell).textContent.trim();
    return ["", "–"].includes(value) ? null : "v" in cell.dataset ? Number(value) : value;
  };
  const compare = (a, b, sign) => {
    if (a === null || b === null) return (a === null) - (b === null);
    return sign * (typeof a === "number" ? a - b : collator.compare(a, b));
  };
  const TURNS = { none: "ascending", ascending: "descending", descending: "none" };
  all("table").filter((table) => table.tBodies[0].rows.length > 1).forEach((table) => {
    const rows = [...table.tBodies[0].rows], heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, column) => {
      const button = document.createElement("button");
      button.type = "button";
      button.className = "sort";
      button.append(...head.childNodes);
      head.append(button);
      head.setAttribute("aria-sort", "none");
      button.addEventListener("click", () => {
        const turn = TURNS[head.getAttribute("aria-sort")], sign = turn === "descending" ? -1 : 1;
        heads.forEach((each) => each.setAttribute("aria-sort", each === head ? turn : "none"));
        const keyed = rows.map((row) => [row, valueOf(row.cells[column])]);
        if (turn !== "none") keyed.sort((a, b) => compare(a[1], b[1], sign));
        table.tBodies[0].append(...keyed.map(([row]) => row));
        table.classList.toggle("flat", turn !== "none");
      });
    });
  });

  const bar = one("filters");
  if (!bar) return;
  // As people type who lack the keys: no case, no accents, no dots. Thai marks are letters.
  const flat = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/\u0131|i\u0307/g, "i").normalize("NFKC");
  const grouped = (count) => count.toLocaleString(document.documentElement.lang);
  const search = one("search"), picks = ["team", "owner", "status"].map(one);
  const rows = all("tr[data-team]"), results = rows.filter((row) => row.id);
  const objectives = all("details.objective"), cares = all("details.cared");
  const people = all("tr.person"), everything = all(".of-all"), teams = all("tr[data-unit]"), buttons = all("button.unfold");
  // What lies in what is looked up once: each key pressed asks for it all.
  const within = (elements, selector) => elements.map((element) => [element, all(selector, element)]);
  const lists = within(all(".list"), "tr[data-team], tr[data-unit], tr.person, details.objective, details.cared");
  const groups = within(all("details.unit"), "details.objective");
  const holders = [...within(objectives, "tr[id]"), ...within(cares, "tr[data-team]")];
  const outlines = all("table").map((table) => all("tr[data-depth]", table).reverse());
  const owned = within(people, "li a").map(([person, links]) => [person, links.map((link) => [link.parentElement, one(link.hash.slice(1))])]);
  const rules = all("details[data-code]").map((rule) => [rule, rule.querySelector("b")]);
  // A key result is found by the words of its objective too. Read when something is searched.
  const texts = new Map();
  const own = (element) => {
    const from = element.querySelector("details.from");
    return from ? element.textContent.replace(from.textContent, " ") : element.textContent;
  };
  const textOf = (element) => {
    if (!texts.has(element)) {
      const parent = element.closest("details.objective"), above = parent ? parent.querySelector("summary").textContent : "";
      texts.set(element, flat(element === parent ? above : own(element) + " " + above));
    }
    return texts.get(element);
  };
  const MOST_OPENED = 60; // objectives and units
  let active = false, before = [];

  const filter = () => {
    const needles = flat(search.value).split(/\s+/).filter(Boolean);
    const units = (picks[0].selectedOptions[0].dataset.units || "").split(" ");
    const picked = (pick, values) => !pick.value
      || values.some((value) => pick === picks[0] ? units.includes(value) : pick.value === value);
    // A problem may speak for several rows: what it is found by has a line for each.
    const held = ({ classList, dataset }, { id }) => classList.contains("fault") ? dataset[id].split("\n") : [dataset[id]];
    const says = (element) => needles.every((needle) => textOf(element).includes(needle));
    const fits = (element) => picks.every((pick) => picked(pick, held(element, pick))) && says(element);
    const was = active;
    active = needles.length > 0 || picks.some((pick) => pick.value);
    if (active && !was) before = states();
    rows.forEach((row) => { row.hidden = !fits(row); });
    const fitting = new Set(objectives.filter(fits));
    // A unit stays of which something is found, or that is looked for itself.
    const having = new Set([...rows.filter((row) => !row.hidden), ...fitting].map((element) => element.dataset.team));
    teams.forEach((row) => {
      row.hidden = !having.has(row.dataset.unit)
        && (!says(row) || !picked(picks[0], [row.dataset.unit]) || picks[1].value !== "" || picks[2].value !== "");
    });
    const foundUnits = unitRows.filter((row) => !row.hidden).length;
    // What is found in an outline keeps those above it in sight.
    outlines.forEach((outline) => {
      let depth = 0;
      outline.forEach((row) => {
        const above = Number(row.dataset.depth) < depth;
        row.hidden = row.hidden && !above;
        depth = row.hidden ? depth : Number(row.dataset.depth);
      });
    });
    const opened = new Set();
    holders.forEach(([holder, inside]) => {
      const found = inside.some((row) => !row.hidden);
      holder.hidden = !found && !(fitting.has(holder) || (cares.includes(holder) && fits(holder)));
      if (found) opened.add(holder);
      // Of an objective that is found alone the table of key results would be empty.
      holder.querySelector("table")?.toggleAttribute("hidden", !found);
    });
    // A person stays who owns something that is found.
    owned.forEach(([person, own]) => {
      own.forEach(([item, row]) => { item.hidden = row.hidden; });
      person.hidden = active && !own.some(([, row]) => !row.hidden)
        && (own.length > 0 || !fits(person) || picks[0].value !== "" || picks[2].value !== "");
    });
    groups.forEach(([unit, inside]) => { unit.hidden = !inside.some((fold) => !fold.hidden); });
    // What is found is unfolded, unless that is more than anyone reads; afterwards each fold is as it was.
    const few = opened.size <= MOST_OPENED;
    const opens = (fold) => fold.matches(".objective, .cared") ? few && opened.has(fold) : fold.open || fold.matches(".part, .unit");
    if (active) folds.filter((fold) => fold.closest("main")).forEach((fold) => { fold.open = opens(fold); });
    else if (was) restore(before);
    buttons.forEach((button) => {
      const whole = button.getAttribute("aria-expanded") === "true";
      button.hidden = active;
      button.textContent = whole ? button.dataset.few : button.dataset.all;
      button.previousElementSibling.classList.toggle("short", !active && !whole);
    });
    const counts = {};
    lists.forEach(([list, inside]) => {
      const found = inside.filter((element) => !element.hidden), note = list.querySelector(".nothing");
      if (note) note.hidden = !active || found.length > 0;
      all(":scope > table", list).forEach((table) => { table.hidden = active && found.length === 0; });
      found.forEach(({ dataset }) => { if (dataset.code) counts[dataset.code] = (counts[dataset.code] || 0) + 1; });
      const part = list.closest("[id]"), count = part.querySelector("summary small"), listed = document.querySelector(`nav a[href="#${part.id}"] + b:not(.of-all)`);
      const counted = list.querySelector("details.objective") ? "details.objective" : "tr[data-team], tr.person";
      const number = grouped(part.id === "units" ? foundUnits : found.filter((element) => element.matches(counted)).length);
      if (count) {
        count.dataset.all ??= count.textContent;
        count.textContent = active ? (count.dataset.found || "{shown}").replace("{shown}", number) : count.dataset.all;
      }
      if (listed) {
        listed.dataset.all ??= listed.textContent;
        listed.textContent = active ? number : listed.dataset.all;
      }
    });
    rules.forEach(([rule, count]) => {
      count.dataset.all ??= count.textContent;
      count.textContent = active ? grouped(counts[rule.dataset.code] || 0) : count.dataset.all;
      rule.hidden = active && !counts[rule.dataset.code];
    });
    one("clear").disabled = !active;
    everything.forEach((element) => { element.hidden = active; });
    one("of-people").hidden = !picks[0].value && !picks[2].value && needles.length === 0;
    stand(units[0]);
    say();
  };

  // What speaks for all gives way to how a picked team stands: its row of the units.
  const standing = one("standing"), unitRows = all("#units tr[data-unit]"), unitHeads = all("#units th");
  const stand = (unit) => {
    const row = unitRows.find(({ dataset }) => dataset.unit === unit);
    standing.hidden = !row;
    const cells = [...(row?.cells ?? [])].map((cell, n) => [cell, n]).filter(([cell]) => !["", "–"].includes(cell.textContent.trim()));
    standing.replaceChildren(...cells.map(([cell, n]) => {
      const fact = document.createElement("div"), name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = unitHeads[n].textContent;
      value.className = cell.className;
      value.append(...cell.cloneNode(true).childNodes);
      fact.append(name, value);
      return fact;
    }));
  };

  // How many key results are found, and how they stand.
  const say = () => {
    const found = results.filter((row) => !row.hidden), shown = one("shown");
    const text = shown.dataset.text.replace("{shown}", grouped(found.length)).replace("{all}", grouped(results.length));
    const statuses = [...picks[2].options].filter((option) => option.value).map((option) => [
      option.text, found.filter((row) => row.dataset.status === option.value).length]);
    const told = statuses.filter(([, count]) => count).map(([word, count]) => `${word} ${grouped(count)}`);
    const chosen = picks.filter((pick) => pick.value).map((pick) => pick.selectedOptions[0].text);
    shown.textContent = active ? [text, shown.dataset.more, told.join(", "), ...chosen, search.value.trim()].filter(Boolean).join(" · ") : "";
  };

  // What is filtered stands in the address, so that a link leads to it and the way back undoes it.
  const write = (at = "", replaces = false) => {
    const asked = new URLSearchParams();
    picks.filter((pick) => pick.value).forEach((pick) => asked.set(pick.id, pick.value));
    if (search.value.trim()) asked.set("q", search.value);
    if (at) asked.set("at", at);
    one("lost").textContent = "";
    history[replaces ? "replaceState" : "pushState"](null, "", String(asked) ? `#${asked}` : location.href.split("#")[0]);
  };
  const choose = (asked) => {
    search.value = asked.get("q") ?? "";
    const lost = picks.filter((pick) => {
      pick.value = asked.get(pick.id) ?? "";
      if (pick.selectedIndex < 0) pick.value = "";
      return asked.get(pick.id) && !pick.value;
    });
    const { text } = one("lost").dataset;
    one("lost").textContent = lost.map((pick) => text.replace("{name}", () => asked.get(pick.id))).join(" ");
    filter();
  };
  // A link to a key result opens its objective, whatever is filtered.
  const reveal = (id) => {
    const target = id && one(id);
    all(".found").forEach((found) => found.classList.remove("found"));
    if (!target) return;
    if (target.closest("[hidden]")) { choose(new URLSearchParams()); history.replaceState(null, "", `#${id}`); }
    if (target.matches("section")) target.querySelector("details").open = true;
    for (let fold = target.closest("details"); fold; fold = fold.parentElement.closest("details")) fold.open = true;
    const short = target.closest(".short");
    if (short && !target.getClientRects().length) short.nextElementSibling.click();
    target.classList.add("found");
    target.scrollIntoView({ block: target.matches("tr") ? "center" : "start" });
  };
  const arrive = () => {
    const hash = location.hash.slice(1), asked = new URLSearchParams(hash.includes("=") ? hash : "");
    choose(asked);
    reveal(hash.includes("=") ? asked.get("at") : hash);
  };

  // One step back undoes all that was typed at once.
  let waiting = 0, typed = null;
  search.addEventListener("input", () => {
    filter();
    clearTimeout(waiting);
    waiting = setTimeout(() => { write("", location.hash === typed); typed = location.hash; }, 300);
  });
  const changed = () => { clearTimeout(waiting); filter(); write(); };
  picks.forEach((pick) => pick.addEventListener("change", changed));
  one("clear").addEventListener("click", () => {
    search.value = "";
    picks.forEach((pick) => { pick.value = ""; });
    changed();
    search.focus();
  });
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#']");
    if (!link || !active || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    write(link.hash.slice(1));
    reveal(link.hash.slice(1));
  });
  buttons.forEach((button) => button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    filter();
  }));
  const opening = [...groups.map(([unit]) => unit), ...objectives];
  one("open").addEventListener("click", () => opening.forEach((fold) => { fold.open = true; }));
  one("close").addEventListener("click", () => opening.forEach((fold) => { fold.open = false; }));
  addEventListener("hashchange", arrive);
  bar.hidden = one("tools").hidden = false;
  arrive();
})();
