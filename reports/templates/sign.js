// The sign-off sheet: answers and remarks, remembered by the browser, saved as a file. Without it the sheet is for paper.
(() => {
  const byId = (id) => document.getElementById(id);
  const section = byId("sign");
  const act = byId("s-act");
  if (!act) return;

  const ANSWERS = ["approved", "rejected", "ask"];
  const fields = { name: byId("s-name"), position: byId("s-position"), on: byId("s-on") };
  const told = byId("s-told");
  const lines = [];

  // A radio group of the three words in the head of the table; its legend names the thing.
  const group = (words, name, thing) => {
    const cell = document.createElement("td");
    const set = cell.appendChild(document.createElement("fieldset"));
    const legend = set.appendChild(document.createElement("legend"));
    legend.className = "hidden";
    legend.textContent = thing;
    ANSWERS.forEach((answer, place) => {
      const label = set.appendChild(document.createElement("label"));
      const radio = label.appendChild(document.createElement("input"));
      radio.type = "radio";
      radio.name = name;
      radio.value = answer;
      label.append(words[place]);
    });
    cell.colSpan = 3;
    cell.className = "choice";
    return cell;
  };

  const build = (row, kind, words, remark) => {
    const link = row.querySelector("a");
    const number = row.cells[0].textContent;
    const choice = group(words, `s${number}`, link.textContent);
    const comment = document.createElement("textarea");
    comment.rows = 1;
    comment.maxLength = 4000;
    comment.placeholder = remark;
    comment.setAttribute("aria-label", `${remark}: ${link.textContent}`);
    row.cells[6].append(comment);
    row.cells[3].replaceWith(choice);
    row.cells[5].remove();
    row.cells[4].remove();
    lines.push({
      id: row.dataset.id ? decodeURIComponent(row.dataset.id) : `${kind}:${link.textContent}`,
      number,
      decided: "was" in row.dataset,
      radios: [...choice.querySelectorAll("input")],
      comment,
    });
  };

  for (const table of section.querySelectorAll(".sheet")) {
    const heads = [...table.tHead.rows[0].cells];
    const words = heads.slice(3, 6).map((head) => head.textContent.trim());
    for (const body of table.tBodies)
      for (const row of [...body.rows].slice(1))
        build(row, body.dataset.kind, words, heads[6].textContent.trim());
    heads[3].colSpan = 3;
    heads[3].textContent = act.dataset.decision;
    heads[4].remove();
    heads[5].remove();
  }

  // Undefined while nothing is marked.
  const answerOf = (line) => line.radios.find((radio) => radio.checked)?.value;

  // What is kept may have been written by another page opened from a file: nothing of it is trusted.
  const key = `revizor.sign/${section.dataset.key}`;
  const keep = (text) => {
    try {
      localStorage.setItem(key, text);
    } catch {
      byId("s-kept").textContent = byId("s-kept").dataset.not;
    }
  };
  const recall = () => {
    try {
      const kept = localStorage.getItem(key) ?? "{}";
      keep(kept); // says at once where nothing can be kept
      return JSON.parse(kept) ?? {};
    } catch {
      keep("{}");
      return {};
    }
  };
  let touched = false;
  const remember = () => {
    if (!touched) return;
    const marked = {};
    for (const line of lines) {
      const answer = answerOf(line) ?? "";
      if (answer || line.comment.value) marked[line.id] = [answer, line.comment.value];
    }
    const signed = Object.fromEntries(Object.entries(fields).map(([one, field]) => [one, field.value]));
    keep(JSON.stringify({ marked, signed }));
  };

  // What was decided before stands until it is answered anew.
  const openLines = () => lines.filter((line) => !answerOf(line) && !line.decided);
  const count = () => {
    const left = openLines().length;
    byId("s-open").textContent = left
      ? act.dataset.open.replace("%1", left).replace("%2", lines.length)
      : act.dataset.all;
    byId("s-next").hidden = !left;
  };

  const restore = () => {
    const { marked, signed } = recall();
    for (const line of lines) {
      const [answer, comment] = Array.isArray(marked?.[line.id]) ? marked[line.id] : [];
      const radio = line.radios.find((one) => one.value === answer);
      if (radio) radio.checked = true;
      if (typeof comment === "string") line.comment.value = comment.slice(0, 4000);
    }
    for (const [name, field] of Object.entries(fields))
      if (typeof signed?.[name] === "string") field.value = signed[name];
  };

  const today = () => {
    const now = new Date();
    return new Date(now - now.getTimezoneOffset() * 60000).toISOString().slice(0, 10);
  };

  const complain = (field, words) => {
    told.textContent = words;
    field.setAttribute("aria-invalid", "true");
    field.setAttribute("aria-describedby", "s-told");
    field.focus();
  };
  const forgive = (field) => {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  };

  // Say what is missing and go there; true when nothing is.
  const complete = () => {
    for (const field of section.querySelectorAll("[aria-invalid]")) forgive(field);
    const words = act.dataset;
    const lost = lines.find((line) => line.comment.value.trim() && !answerOf(line));
    if (lost) complain(lost.radios[0], words.needChoice.replace("%1", lost.number));
    else if (!lines.some(answerOf)) complain(lines[0].radios[0], words.needAnswer);
    else if (!fields.name.value.trim()) complain(fields.name, words.needName);
    else if (fields.on.value > today()) complain(fields.on, words.needDay);
    else return true;
    return false;
  };

  const decisions = () => ({
    schema: "revizor.decisions/1",
    client: section.dataset.client,
    audit_id: section.dataset.audit,
    list_sha256: section.dataset.list,
    signed: {
      name: fields.name.value.trim(),
      position: fields.position.value.trim(),
      on: fields.on.value,
    },
    decisions: lines
      .filter(answerOf)
      .map((line) => ({ id: line.id, decision: answerOf(line), comment: line.comment.value.trim() })),
  });

  const save = () => {
    if (!complete()) return;
    fields.on.value ||= today();
    remember();
    const content = `${JSON.stringify(decisions(), null, 2)}\n`;
    const link = document.createElement("a");
    const name = `decisions-${section.dataset.client}-${section.dataset.audit}`;
    link.download = `${name.replaceAll(/[^\w.-]+/g, "-").slice(0, 120)}.json`;
    link.href = URL.createObjectURL(new Blob([content], { type: "application/json" }));
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
    told.textContent = act.dataset.saved.replace("%1", link.download);
  };

  restore();
  count();
  section.addEventListener("input", () => {
    touched = true;
  });
  section.addEventListener("change", (event) => {
    if (event.target.type === "radio") count();
    forgive(event.target);
    remember();
  });
  addEventListener("pagehide", remember);
  byId("s-save").addEventListener("click", save);
  byId("s-next").addEventListener("click", () => openLines()[0].radios[0].focus());
  byId("s-print").addEventListener("click", () => {
    document.documentElement.dataset.only = "sign";
    print();
  });
  addEventListener("afterprint", () => delete document.documentElement.dataset.only);
  act.hidden = byId("s-kept").hidden = false;
  section.classList.add("live");
})();
