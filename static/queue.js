// The queue: keys go from order to order and choose them, and what is chosen is counted.
// `keys.js` has the keys of every page; back from an order, its row has the focus again.
const boxes = () => [...document.querySelectorAll(".queue [name=order]")];
const chooseAll = document.getElementById("choose-all");
const bulk = document.getElementById("bulk");
const OPENED = "queue-opened"; // the row that was opened last, in this tab

function rows() {
  return [...document.querySelectorAll(".queue tbody tr")];
}

function here() {
  return rows().findIndex((row) => row.contains(document.activeElement));
}

function focusRow(row) {
  row?.querySelector("th a").focus();
}

function step(by) {
  const last = rows().length - 1;
  focusRow(rows()[Math.min(Math.max(here() + by, 0), last)]);
}

deskKeys.j = () => step(1);
deskKeys.k = () => step(-1);
deskKeys.x = () => rows()[here()]?.querySelector("[name=order]")?.click();

// What is chosen: how many orders, and what they cost together.
function sum(chosen) {
  const cents = {};
  for (const box of chosen) {
    const currency = box.dataset.currency || "EUR";
    cents[currency] = (cents[currency] ?? 0) + Number(box.dataset.cents);
  }
  const language = document.documentElement.lang;
  return Object.entries(cents).map(([currency, number]) =>
    (number / 100).toLocaleString(language, { style: "currency", currency }));
}

function tell() {
  const chosen = boxes().filter((box) => box.checked);
  const told = document.getElementById("bulk-chosen");
  bulk.hidden = chosen.length === 0;
  if (bulk.hidden) bulk.elements.all.checked = false;
  const words = chosen.length === 1 ? told.dataset.one : told.dataset.more;
  told.textContent = [`${chosen.length} ${words}`, ...sum(chosen)].join(" · ");
  const all = chooseAll.querySelector("input");
  all.checked = chosen.length > 0 && chosen.length === boxes().length;
  all.indeterminate = chosen.length > 0 && !all.checked;
}

function choose(isChosen) {
  for (const box of boxes()) box.checked = isChosen;
  tell();
}

if (bulk && chooseAll) {
  chooseAll.hidden = false;
  chooseAll.addEventListener("change", (event) => choose(event.target.checked));
  document.querySelector(".queue").addEventListener("change", tell);
  const none = document.getElementById("bulk-none");
  none.hidden = false;
  none.addEventListener("click", () => {
    choose(false);
    focusRow(rows()[0]);
  });
  tell();
  addEventListener("pageshow", tell);
}

// Back at the list: where one was. `u` comes with the row in the address, the browser's button without.
document.addEventListener("click", (event) => {
  const row = event.target.closest(".queue tbody tr");
  if (row && event.target.closest("a")) sessionStorage.setItem(OPENED, `${location.search}#${row.id}`);
});

function returnToRow() {
  const [entry] = performance.getEntriesByType("navigation");
  const opened = sessionStorage.getItem(OPENED)?.split("#") ?? [];
  const cameBack = entry?.type === "back_forward" && opened[0] === location.search;
  const id = location.hash.slice(1) || (cameBack ? opened[1] : "");
  if (id.startsWith("order-")) focusRow(document.getElementById(id));
}

// Not before the browser has gone to the row in the address, which takes the focus away.
addEventListener("pageshow", () => setTimeout(returnToRow));

// One panel at a time, and Escape closes it.
const drops = [...document.querySelectorAll(".drop")];
for (const drop of drops) {
  drop.addEventListener("toggle", () => {
    if (drop.open) for (const other of drops) if (other !== drop) other.open = false;
  });
  drop.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !drop.open) return;
    drop.open = false;
    drop.querySelector("summary").focus();
  });
}
