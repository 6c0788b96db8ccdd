// The numbers and rows of the queue are looked at again and again; nothing moves under the reader.
const EVERY = 10; // seconds; a hidden tab asks for nothing
let timer;

function arm() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, EVERY * 1000);
}

function look() {
  htmx.trigger("#counts", "poll");
}

document.addEventListener("htmx:configRequest", (event) => {
  const { elt, parameters } = event.detail;
  if (elt.id !== "counts") return;
  const shown = [...document.querySelectorAll(".queue tbody tr")];
  parameters.shown = shown.map((row) => `${row.id.slice("order-".length)}-${row.dataset.version}`).join(",");
  parameters.here = elt.dataset.here;
  if (elt.dataset.since) parameters.since = elt.dataset.since;
  parameters.told = elt.dataset.told ?? "0";
});

// A row that has changed keeps its box and its link, so that choice and focus stay what they are.
document.addEventListener("htmx:oobBeforeSwap", (event) => {
  const { target, fragment } = event.detail;
  if (!target.matches(".queue tbody tr")) return;
  event.detail.shouldSwap = false;
  const row = fragment.querySelector("tr") ?? fragment;
  const isKept = (cell) => cell.matches(".queue__box, .queue__number");
  for (const cell of [...target.cells]) if (!isKept(cell)) cell.remove();
  for (const cell of [...row.cells]) if (!isKept(cell)) target.append(cell);
  target.dataset.version = row.dataset.version;
  target.className = row.className;
  target.classList.add("queue__changed");
});

document.addEventListener("htmx:afterRequest", arm);
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) look();
});
arm();
