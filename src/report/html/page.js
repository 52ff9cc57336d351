"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const { texts, files, levels } = data;
  const form = document.getElementById("filter");
  const list = document.getElementById("list");
  const count = document.getElementById("count");
  const more = document.getElementById("more");
  /** How many files are put on the page at once. */
  const AT_ONCE = 30;
  /** How many folders are offered. */
  const MOST_FOLDERS = 300;

  // What is shown: the fields of the form and `file`. The address keeps it.
  const FIELDS = ["text", "rule", "folder", "owner", "image"];
  let asked = {};
  let shown = [];
  let next = 0;

  /** An element with attributes and children; texts are texts. */
  function make(name, attributes, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(attributes || {})) {
      if (value !== undefined && value !== false) element.setAttribute(key, value === true ? "" : value);
    }
    element.append(...children.filter((it) => it !== undefined && it !== null));
    return element;
  }

  /** A text with `code` in backticks. */
  function rich(text) {
    return text.split("`").map((part, index, all) => {
      const isCode = index % 2 === 1 && index < all.length - 1;
      return isCode ? make("code", {}, visible(part)) : visible((index % 2 === 1 ? "`" : "") + part);
    });
  }

  /** Signs that a browser would hide, or that turn what is read around, as signs that are seen. */
  function visible(text) {
    return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]/g, (sign) => {
      const code = sign.codePointAt(0);
      return code < 32 ? String.fromCodePoint(0x2400 + code) : `<U+${code.toString(16).toUpperCase().padStart(4, "0")}>`;
    });
  }

  const kind = (level) => level.replace(" ", "-");
  const link = (key, value, text) => make("a", { href: `#${key}=${encodeURIComponent(value)}` }, visible(text || value));

  // ---- What is asked for ----

  function read() {
    const address = new URLSearchParams(location.hash.slice(1));
    asked = { levels: new Set((address.get("level") || "").split(",").filter((it) => levels.includes(it))) };
    for (const key of [...FIELDS, "file"]) asked[key] = address.get(key) || "";
    for (const key of FIELDS) {
      const field = form.elements[key];
      if (field.tagName === "SELECT" && ![...field.options].some((it) => it.value === asked[key])) {
        if (asked[key]) field.add(new Option(`${asked[key]} (0)`, asked[key]));
      }
      field.value = asked[key];
    }
    for (const box of form.querySelectorAll("[name=level]")) box.checked = asked.levels.has(box.value);
  }

  function address() {
    const parts = [];
    const add = (key, value) => value && parts.push(`${key}=${encodeURIComponent(value).replace(/%2F/g, "/").replace(/%2C/g, ",")}`);
    for (const key of FIELDS) add(key, asked[key]);
    add("level", [...asked.levels].join(","));
    add("file", asked.file);
    return parts.length ? `#${parts.join("&")}` : location.pathname + location.search;
  }

  function take() {
    const levels = [...form.querySelectorAll("[name=level]:checked")].map((it) => it.value);
    asked = { file: "", levels: new Set(levels) };
    for (const key of FIELDS) asked[key] = form.elements[key].value.trim();
    history.replaceState(null, "", address());
    show();
  }

  // ---- What fits ----

  const small = (text) => text.toLowerCase();
  const hunkText = (hunk) => small(hunk.rows.map((row) => (typeof row === "string" ? row : row.map((side) => (side || []).join("")).join("\n"))).join("\n"));

  /** What is searched of each finding of a file; made when it is first needed. */
  function words(file) {
    if (!file.words) {
      const hunks = file.hunks.map(hunkText);
      const path = small(file.path);
      file.words = file.found.map((it) => {
        const own = [texts[it.rule], texts[it.says], ...it.more.map((pair) => texts[pair[1]])].map(small);
        return [path, ...own, ...it.hunks.map((index) => hunks[index]), ...it.would.map(hunkText)].join("\n");
      });
    }
    return file.words;
  }

  function isBelow(path, folder) {
    if (folder === ".") return !path.includes("/");
    return path.startsWith(folder.endsWith("/") ? folder : `${folder}/`);
  }

  function fitting() {
    const search = small(asked.text).split(/\s+/).filter(Boolean);
    const number = (text) => (text ? texts.indexOf(text) : null);
    const [rule, owner, image] = [asked.rule, asked.owner, asked.image].map(number);
    const wanted = new Set([...asked.levels].map(number));
    const found = [];
    for (const file of files) {
      if (asked.file && file.path !== asked.file) continue;
      if (asked.folder && !isBelow(file.path, asked.folder)) continue;
      if (owner !== null && !file.owners.includes(owner)) continue;
      if (image !== null && !file.images.includes(image)) continue;
      const fits = file.found.filter((it, index) =>
        (rule === null || it.rule === rule) &&
        (!wanted.size || wanted.has(it.level)) &&
        search.every((word) => words(file)[index].includes(word)));
      if (fits.length) found.push({ file, fits });
    }
    return found;
  }

  // ---- How it is shown ----

  function side(pieces, tag) {
    return pieces.map((piece, index) => (index % 2 ? make(tag, {}, visible(piece)) : visible(piece)));
  }

  function table(hunk, name) {
    let [old, fresh] = hunk.from;
    const body = make("tbody");
    for (const row of hunk.rows) {
      const line = make("tr");
      if (typeof row === "string") {
        line.dataset.old = old;
        line.dataset.fresh = fresh;
        line.append(make("td", { class: "n twice" }, String(old++)), make("td", { class: "twice" }, visible(row)),
          make("td", { class: "n b" }, String(fresh++)), make("td", {}, visible(row)));
      } else {
        const [before, after] = row;
        if (before) line.dataset.old = old;
        if (after) line.dataset.fresh = fresh;
        const [was, is] = [before ? "old" : "none", after ? "new" : "none"];
        line.append(make("td", { class: `n ${was}` }, before ? String(old++) : ""), make("td", { class: was }, ...(before ? side(before, "del") : [])),
          make("td", { class: `n b ${is}` }, after ? String(fresh++) : ""), make("td", { class: is }, ...(after ? side(after, "ins") : [])));
      }
      body.append(line);
    }
    const head = ["Line", "Before", "Line", "After"].map((it, index) => make("th", { scope: "col", class: index % 2 ? "" : "n" }, make("span", { class: "unseen" }, it)));
    const caption = make("caption", {}, `from line ${hunk.from[0]}`, make("span", { class: "unseen" }, ` of ${name}`));
    return make("table", { class: "diff" }, caption, make("thead", {}, make("tr", {}, ...head)), body);
  }

  /** Goes to the line that a finding is of, where the patch shows it. */
  function goTo(article, found) {
    const line = article.querySelector(`.patch tr[data-${found.after ? "fresh" : "old"}="${found.at[0]}"]`);
    if (!line) return;
    for (const other of list.querySelectorAll("tr.here")) other.classList.remove("here");
    line.classList.add("here");
    line.scrollIntoView({ block: "center" });
  }

  function finding(found, article, file) {
    const [level, word, rule, severity] = [found.level, found.word, found.rule, found.severity].map((it) => texts[it]);
    const label = word === "fix" ? `fix, ${level}` : word;
    const at = `line ${found.at[0]}${found.after ? " (after)" : ""}`;
    const isSeen = !!file.hunks.length;
    const place = isSeen ? make("button", { type: "button", class: "line" }, at) : make("span", {}, at);
    if (isSeen) place.addEventListener("click", () => goTo(article, found));
    const head = make("div", { class: "head" }, make("span", { class: `badge ${kind(level)}` }, label),
      rule ? link("rule", rule) : null, place, severity === "warning" || word === "error" ? null : make("span", { class: "quiet" }, severity));
    const item = make("li", {}, head, make("div", { class: "says-so" }, ...rich(texts[found.says])));
    if (found.more.length) {
      const rows = found.more.flatMap(([name, text]) => [make("dt", {}, texts[name]), make("dd", {}, ...rich(texts[text]))]);
      item.append(make("dl", { class: "more" }, ...rows));
    }
    if (found.would.length) {
      item.append(make("details", { class: "would", open: true }, make("summary", {}, "What it would change, beside what is fixed"), ...found.would.map((it) => table(it, file.path))));
    }
    return item;
  }

  function patch(file, fits) {
    if (!file.hunks.length) return null;
    const wanted = new Set(fits.flatMap((it) => it.hunks));
    const part = make("div", { class: "patch" });
    const left = file.hunks.filter((_, index) => !wanted.has(index)).length;
    const fill = (all) => part.replaceChildren(...file.hunks.filter((_, index) => all || wanted.has(index)).map((it) => table(it, file.path)));
    fill(false);
    if (left) {
      const what = left === file.hunks.length ? "Show the patch of this file" : `Show ${left} other ${left === 1 ? "part" : "parts"} of this file’s patch`;
      const button = make("button", { type: "button" }, what);
      button.addEventListener("click", () => fill(true));
      part.append(button);
    }
    return part;
  }

  let made = 0;
  function article({ file, fits }) {
    const id = `file-${made++}`;
    const card = make("article", { "aria-labelledby": id, tabindex: "-1" });
    const about = [];
    if (file.owners.length) about.push(make("span", { class: "quiet" }, "owned by ", ...file.owners.flatMap((it, index) => [index ? ", " : "", link("owner", texts[it])])));
    card.append(make("div", { class: "title" }, make("h3", { id }, link("file", file.path)), ...about),
      make("ul", { class: "found" }, ...fits.map((it) => finding(it, card, file))));
    const change = patch(file, fits);
    if (change) card.append(change);
    return card;
  }

  function addNext() {
    list.append(...shown.slice(next, next + AT_ONCE).map(article));
    next = Math.min(next + AT_ONCE, shown.length);
    more.hidden = next >= shown.length;
  }

  const many = (number, word) => `${number} ${word}${number === 1 ? "" : "s"}`;

  function show() {
    shown = fitting();
    next = 0;
    list.replaceChildren();
    const isError = (it) => texts[it.level] === "error";
    const sum = (lists, fits) => lists.reduce((all, it) => all + it.filter(fits).length, 0);
    const [found, errors] = [sum(shown.map((it) => it.fits), (it) => !isError(it)), sum(shown.map((it) => it.fits), isError)];
    const all = sum(files.map((it) => it.found), (it) => !isError(it));
    const rest = found === all ? "" : ` of ${all}`;
    const failed = errors ? `, ${many(errors, "error")}` : "";
    count.textContent = files.length ? `${found}${rest} ${all === 1 ? "finding" : "findings"}${failed} in ${many(shown.length, "file")}` : "Nothing was found.";
    addNext();
  }

  // ---- The form ----

  function counted(pick) {
    const counts = new Map();
    for (const file of files) for (const [text, number] of pick(file)) counts.set(text, (counts.get(text) || 0) + number);
    return [...counts].sort((a, b) => (a[0] < b[0] ? -1 : 1));
  }

  function offer(name, all) {
    const field = form.elements[name];
    field.replaceChildren(new Option("all", ""), ...all.map(([text, number]) => new Option(`${visible(text)} (${number})`, text)));
    field.closest("label").hidden = !all.length;
  }

  function fill() {
    offer("rule", counted((file) => file.found.filter((it) => texts[it.rule]).map((it) => [texts[it.rule], 1])));
    offer("owner", counted((file) => file.owners.map((it) => [texts[it], file.found.length])));
    offer("image", counted((file) => file.images.map((it) => [texts[it], file.found.length])));
    const above = (path) => path.split("/").slice(0, -1).map((_, index, parts) => parts.slice(0, index + 1).join("/")).filter(Boolean);
    const folders = counted((file) => above(file.path).map((it) => [it, file.found.length]));
    folders.sort((a, b) => b[1] - a[1]);
    document.getElementById("folders").append(...folders.slice(0, MOST_FOLDERS).map(([it]) => make("option", { value: it })));
    const there = new Map(counted((file) => file.found.map((it) => [texts[it.level], 1])));
    const boxes = levels.filter((it) => there.has(it)).map((it) =>
      make("label", {}, make("input", { type: "checkbox", name: "level", value: it }), make("span", { class: `badge ${kind(it)}` }, it), ` ${there.get(it)}`));
    document.getElementById("levels").append(...boxes);
    form.hidden = !files.length;
  }

  let waiting;
  form.addEventListener("input", (event) => {
    clearTimeout(waiting);
    waiting = setTimeout(take, ["text", "folder"].includes(event.target.name) ? 150 : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    clearTimeout(waiting);
    take();
  });
  form.addEventListener("reset", () => setTimeout(take));
  more.addEventListener("click", () => {
    const at = next;
    addNext();
    list.children[at]?.focus();
  });
  if ("IntersectionObserver" in window) {
    new IntersectionObserver((seen) => seen.some((it) => it.isIntersecting) && addNext(), { rootMargin: "600px" }).observe(more);
  }

  function apply() {
    read();
    show();
  }
  // A link changes what is shown, and leads there.
  window.addEventListener("hashchange", () => {
    apply();
    document.getElementById("files").scrollIntoView();
  });
  document.querySelector("[data-place]").addEventListener("click", (event) => {
    event.preventDefault();
    document.getElementById("files").focus();
  });
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea")) return;
    if (event.key === "/") {
      event.preventDefault();
      form.elements.text.focus();
    } else if (event.key === "j" || event.key === "k") {
      const at = [...list.children].indexOf(document.activeElement.closest("article"));
      const to = list.children[event.key === "j" ? at + 1 : Math.max(at - 1, 0)];
      to?.focus();
      to?.scrollIntoView();
      if (event.key === "j" && at + 3 > list.children.length && next < shown.length) addNext();
    }
  });

  fill();
  apply();
})();
