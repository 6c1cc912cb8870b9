(() => {
  "use strict";
  const one = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const folds = all("details.objective"), cares = all("details.cared");

  // Print shows every objective and finding; afterwards each fold is as it was.
  const printed = [...folds, ...all(".coach details")];
  let before = [];
  addEventListener("beforeprint", () => {
    before = printed.map((fold) => fold.open);
    printed.forEach((fold) => { fold.open = true; });
  });
  addEventListener("afterprint", () => printed.forEach((fold, n) => { fold.open = before[n]; }));

  const bar = one("filters");
  if (!bar) return;
  // As people type who lack the keys: no case, no accents, no dots. Thai marks are letters.
  const flat = (text) => text.normalize("NFKD").replace(/[\u0300-\u036f]/g, "").toLowerCase()
    .replace(/\u0131|i\u0307/g, "i").normalize("NFKC");
  const grouped = (count) => count.toLocaleString(document.documentElement.lang);
  const search = one("search"), picks = ["team", "owner", "status"].map(one);
  const rows = all("tr[data-team]"), results = rows.filter((row) => row.id);
  const people = all("tr.person"), buttons = all("button.unfold");
  // What lies in what is looked up once: each key pressed asks for it all.
  const within = (elements, selector) => elements.map((element) => [element, all(selector, element)]);
  const lists = within(all("section.list"), "tr[data-team], tr[data-unit], details.objective");
  const groups = within(all(".unit"), "details.objective"), ofFolds = [...within(folds, "tr[id]"), ...within(cares, "tr[data-team]")];
  const teams = all("tr[data-unit]");
  const outlines = all("table").map((table) => all("tr[data-depth]", table).reverse());
  const owned = within(people, "li a").map(([person, links]) => [person, links.map((link) => one(link.hash.slice(1)))]);
  const own = (element) => {
    const copy = element.cloneNode(true);
    all("details.from", copy).forEach((from) => from.remove());
    return copy.textContent;
  };
  // A key result is found by the words of its objective too.
  const texts = new Map([...rows, ...folds, ...cares, ...people, ...teams].map((element) => {
    const parent = element.closest("details.objective");
    const above = parent ? parent.querySelector("summary").textContent : "";
    return [element, flat(element === parent ? above : own(element) + " " + above)];
  }));
  let active = false;

  const filter = () => {
    const needles = flat(search.value).split(/\s+/).filter(Boolean);
    const units = (picks[0].selectedOptions[0].dataset.units || "").split(" ");
    const picked = (pick, value) => !pick.value || (pick === picks[0] ? units.includes(value) : pick.value === value);
    const says = (element) => needles.every((needle) => texts.get(element).includes(needle));
    const fits = (element) => picks.every((pick) => picked(pick, element.dataset[pick.id])) && says(element);
    const was = active;
    active = needles.length > 0 || picks.some((pick) => pick.value);
    rows.forEach((row) => { row.hidden = !fits(row); });
    // A unit stays of which something is found, or that is looked for itself.
    const having = new Set([...rows, ...folds].filter(fits).map((element) => element.dataset.team));
    teams.forEach((row) => {
      row.hidden = !having.has(row.dataset.unit)
        && (!says(row) || !picked(picks[0], row.dataset.unit) || picks[1].value !== "" || picks[2].value !== "");
    });
    // What is found in an outline keeps those above it in sight.
    outlines.forEach((outline) => {
      let depth = 0;
      outline.forEach((row) => {
        const above = Number(row.dataset.depth) < depth;
        row.hidden = row.hidden && !above;
        depth = row.hidden ? depth : Number(row.dataset.depth);
      });
    });
    ofFolds.forEach(([fold, inside]) => {
      const found = inside.some((row) => !row.hidden);
      fold.hidden = !found && !fits(fold);
      if (active) fold.open = found; else if (was) fold.open = false;
    });
    // A person stays who owns something that is found.
    owned.forEach(([person, own]) => {
      person.hidden = active && !own.some((row) => !row.hidden)
        && (own.length > 0 || !fits(person) || picks[0].value !== "" || picks[2].value !== "");
    });
    groups.forEach(([unit, inside]) => { unit.hidden = !inside.some((fold) => !fold.hidden); });
    buttons.forEach((button) => {
      const whole = button.getAttribute("aria-expanded") === "true";
      button.hidden = active;
      button.textContent = whole ? button.dataset.few : button.dataset.all;
      button.previousElementSibling.classList.toggle("short", !active && !whole);
    });
    lists.forEach(([list, inside]) => {
      const found = inside.filter((element) => !element.hidden), note = list.querySelector(".nothing");
      if (note) note.hidden = !active || found.length > 0;
      const count = list.querySelector("h2 small"), isOfFolds = inside[0]?.matches("details");
      if (!count) return;
      count.dataset.all ??= count.textContent;
      const number = grouped(found.filter((element) => !isOfFolds || element.matches("details")).length);
      count.textContent = active ? (count.dataset.found || "{shown}").replace("{shown}", number) : count.dataset.all;
    });
    one("clear").disabled = !active;
    const count = results.filter((row) => !row.hidden).length, shown = one("shown");
    const text = shown.dataset.text.replace("{shown}", grouped(count)).replace("{all}", grouped(results.length));
    shown.textContent = active ? [text, shown.dataset.more].filter(Boolean).join(" · ") : "";
  };
  const clear = () => { search.value = ""; picks.forEach((pick) => { pick.value = ""; }); filter(); };

  // A link to a key result opens its objective, whatever is filtered.
  const reveal = () => {
    const target = location.hash && one(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) clear();
    const fold = target.closest("details.objective"), short = target.closest(".more") && target.closest(".short");
    if (short) short.nextElementSibling.click();
    if (fold) fold.open = true;
    if (fold || short) { target.scrollIntoView({ block: !fold || fold === target ? "start" : "center" }); }
  };

  search.addEventListener("input", filter);
  picks.forEach((pick) => pick.addEventListener("change", filter));
  one("clear").addEventListener("click", () => { clear(); search.focus(); });
  buttons.forEach((button) => button.addEventListener("click", () => {
    button.setAttribute("aria-expanded", String(button.getAttribute("aria-expanded") !== "true"));
    filter();
  }));
  one("open").addEventListener("click", () => folds.forEach((fold) => { fold.open = true; }));
  one("close").addEventListener("click", () => folds.forEach((fold) => { fold.open = false; }));
  addEventListener("hashchange", reveal);
  bar.hidden = one("tools").hidden = false;
  filter();
  reveal();
})();
