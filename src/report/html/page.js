"use strict";
(() => {
  const AT_ONCE = 50;
  const files = JSON.parse(document.getElementById("data").textContent);
  const form = document.getElementById("filters");
  const list = document.getElementById("list");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  let found = [];
  let shown = 0;

  for (const file of files) {
    file.text = [file.path, ...file.errors, ...file.findings.map((it) => it.message)].join("\n").toLowerCase();
  }

  function element(name, kind, ...children) {
    const made = document.createElement(name);
    if (kind) made.className = kind;
    made.append(...children);
    return made;
  }

  /** A text whose parts between backticks are code. */
  function words(text) {
    const parts = text.split("`");
    if (parts.length % 2 === 0) return [text];
    return parts.map((part, index) => (index % 2 ? element("code", "", part) : part));
  }

  function wanted() {
    const all = {};
    for (const field of form.elements) if (field.name && field.value) all[field.name] = field.value;
    return all;
  }

  function fits(finding, filter) {
    return (!filter.rule || finding.rule === filter.rule) && (!filter.level || finding.level === filter.level);
  }

  function select(filter) {
    const text = (filter.text || "").toLowerCase();
    const chosen = [];
    for (const file of files) {
      if (filter.folder && file.folder !== filter.folder) continue;
      if (filter.owner && !file.owners.includes(filter.owner)) continue;
      if (text && !file.text.includes(text)) continue;
      const findings = file.findings.filter((it) => fits(it, filter));
      if (findings.length || (file.errors.length && !filter.rule && !filter.level)) chosen.push({ file, findings });
    }
    return chosen;
  }

  function finding(it) {
    const head = [element("code", "", `line ${it.line}`), " ", element("span", `mark ${it.status === "refused" ? "refused" : it.level.replace(" ", "-")}`, it.status === "refused" ? "refused" : it.level), " "];
    if (it.severity) head.push(element("b", "", it.severity), " ");
    head.push(element("code", "rule", it.rule), " ", ...words(it.message));
    const made = element("li", "", ...head);
    if (it.footers.length) {
      made.append(element("ul", "footers", ...it.footers.map(([name, text]) => element("li", "", element("b", "", `${name}: `), ...words(text)))));
    }
    return made;
  }

  function side(cell, kind) {
    if (!cell) return [element("td", "number"), element("td", "")];
    const [number, parts] = cell;
    const text = parts.map((part, index) => (index % 2 ? element("mark", "", part) : part));
    return [element("td", "number", String(number)), element("td", kind, ...text)];
  }

  function patch(file) {
    const table = element("table", "");
    table.setAttribute("aria-label", `Patch of ${file.path}: before and after`);
    for (const hunk of file.hunks) {
      const rows = hunk.map(([kind, old, fresh]) => element("tr", "", ...side(old, kind && "old"), ...side(fresh, kind && "new")));
      table.append(element("tbody", "", ...rows));
    }
    const around = element("div", "patch", table);
    around.tabIndex = 0;
    around.setAttribute("role", "region");
    around.setAttribute("aria-label", `Patch of ${file.path}`);
    return around;
  }

  function card({ file, findings }) {
    const made = element("article", "", element("h3", "", file.path));
    if (file.owners.length) made.append(element("p", "owners", `owned by ${file.owners.join(", ")}`));
    for (const error of file.errors) made.append(element("p", "error", ...words(error)));
    if (findings.length) made.append(element("ul", "findings", ...findings.map(finding)));
    if (file.hunks.length) made.append(patch(file));
    return made;
  }

  function grow() {
    list.append(...found.slice(shown, shown + AT_ONCE).map(card));
    shown = Math.min(found.length, shown + AT_ONCE);
    more.hidden = shown === found.length;
  }

  function show() {
    found = select(wanted());
    shown = 0;
    list.replaceChildren();
    grow();
    const findings = found.reduce((sum, it) => sum + it.findings.length, 0);
    const s = (number) => (number === 1 ? "" : "s");
    count.textContent = `${findings} finding${s(findings)} in ${found.length} file${s(found.length)}`;
  }

  function readLink() {
    const link = new URLSearchParams(location.hash.slice(1));
    form.reset();
    for (const [name, value] of link) if (form.elements[name]) form.elements[name].value = value;
    show();
  }

  function writeLink() {
    const link = new URLSearchParams(wanted()).toString();
    history.replaceState(null, "", link ? `#${link}` : location.pathname + location.search);
    show();
  }

  form.addEventListener("input", writeLink);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", () => setTimeout(writeLink));
  more.addEventListener("click", grow);
  addEventListener("hashchange", () => { readLink(); document.getElementById("files").scrollIntoView(); });
  readLink();
})();
