"use strict";
// Filter, sort and unfolding for print. The page is whole without it.
(() => {
  const byId = (id) => document.getElementById(id);
  const filter = document.querySelector(".filter");
  const tables = [...document.querySelectorAll("table.assets")];

  const openAll = () => {
    for (const details of document.querySelectorAll("details:not([open])")) {
      details.open = true;
      details.dataset.wasShut = "";
    }
  };
  const shutAgain = () => {
    for (const details of document.querySelectorAll("details[data-was-shut]")) {
      details.open = false;
      delete details.dataset.wasShut;
    }
  };
  addEventListener("beforeprint", openAll);
  addEventListener("afterprint", shutAgain);

  if (!filter) return;

  const text = byId("f-text");
  const verdict = byId("f-verdict");
  const kind = byId("f-kind");
  const use = byId("f-use");
  let rows = null;

  // What a mistake would mean is said alike of many things: it finds none of them.
  const ownWords = (row) => {
    const alike = row.querySelector(".if")?.textContent ?? "";
    return row.textContent.replace(alike, "").toLocaleLowerCase();
  };

  // The second class of a badge says what it stands for.
  const codeOf = (cell) => cell.querySelector("b").classList[1];

  // Read each row once, at the first use of the filter.
  const readRows = () => {
    rows ??= tables.flatMap((table) =>
      [...table.tBodies[0].rows].map((row) => ({
        row,
        table,
        words: ownWords(row),
        verdict: codeOf(row.cells[1]),
        use: codeOf(row.cells[2]),
      })),
    );
    return rows;
  };

  const apply = () => {
    const wanted = text.value.toLocaleLowerCase().split(/\s+/).filter(Boolean);
    const left = new Map(tables.map((table) => [table, 0]));
    let shown = 0;
    for (const entry of readRows()) {
      const fits =
        (!verdict.value || entry.verdict === verdict.value) &&
        (!kind.value || entry.table.dataset.kind === kind.value) &&
        (!use.value || entry.use === use.value) &&
        wanted.every((word) => entry.words.includes(word));
      if (entry.row.hidden === fits) entry.row.hidden = !fits;
      if (fits) {
        shown += 1;
        left.set(entry.table, left.get(entry.table) + 1);
      }
    }
    for (const [table, count] of left) table.hidden = count === 0;
    byId("f-none").hidden = shown > 0;
    byId("f-count").textContent = filter.dataset.shown
      .replace("%1", shown)
      .replace("%2", rows.length);
  };

  const reset = () => {
    text.value = verdict.value = kind.value = use.value = "";
    apply();
  };

  for (const field of [text, verdict, kind, use]) field.addEventListener("input", apply);
  filter.addEventListener("focusin", readRows, { once: true });
  byId("f-reset").addEventListener("click", reset);
  filter.hidden = false;
  byId("f-count").textContent = filter.dataset.shown
    .replaceAll(/%[12]/g, tables.reduce((sum, table) => sum + table.tBodies[0].rows.length, 0));

  // A link to a row that the filter hides, or to evidence that is folded away, must still arrive.
  const arrive = () => {
    const target = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("tr[hidden], table[hidden]")) reset();
    const details = target.closest("details");
    if (details) details.open = true;
    if (target.id.startsWith("e")) target.scrollIntoView({ block: "center" });
  };
  addEventListener("hashchange", arrive);

  const order = (codes) => Object.fromEntries(codes.map((code, place) => [code, place]));
  const options = (select) => order([...select.options].map((option) => option.value));
  const verdicts = options(verdict);
  const uses = options(use);
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const keys = [
    (row) => row.cells[0].textContent,
    (row) => verdicts[codeOf(row.cells[1])],
    (row) => uses[codeOf(row.cells[2])],
    null,
    (row) => row.cells[4].querySelector("time")?.dateTime ?? "9999",
  ];
  const compare = (a, b) => (typeof a === "number" ? a - b : collator.compare(a, b));

  for (const table of tables) {
    const heads = [...table.tHead.rows[0].cells];
    heads.forEach((head, place) => {
      const key = keys[place];
      if (!key) return;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = head.textContent.trim();
      button.title = filter.dataset.sort;
      const words = button.textContent;
      head.replaceChildren(button);
      // A head that print repeats on every page must be plain text: buttons are drawn on the first page only.
      addEventListener("beforeprint", () => head.replaceChildren(words));
      addEventListener("afterprint", () => head.replaceChildren(button));
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const sorted = [...table.tBodies[0].rows]
          .map((row) => ({ row, value: key(row) }))
          .sort((a, b) => (down ? -1 : 1) * compare(a.value, b.value));
        table.tBodies[0].append(...sorted.map((entry) => entry.row));
      });
    });
  }
  arrive();
})();
