// The queue: its numbers are looked at again and again, and keys go from order to order.
// `search.js` has the key that leads to the search.
const EVERY = 10; // seconds; a hidden tab asks for nothing
const STORED = "queue-keys";

const keys = document.getElementById("keys");
const isOn = keys.querySelector("input");
let timer;

function arm() {
  clearTimeout(timer);
  if (!document.hidden) timer = setTimeout(look, EVERY * 1000);
}

function look() {
  htmx.trigger("#counts", "poll");
}

document.addEventListener("htmx:afterRequest", arm);
document.addEventListener("visibilitychange", () => {
  clearTimeout(timer);
  if (!document.hidden) look();
});
arm();

function step(by) {
  const rows = [...document.querySelectorAll(".queue tbody th a")];
  const here = rows.findIndex((row) => row.closest("tr").contains(document.activeElement));
  rows[Math.min(Math.max(here + by, 0), rows.length - 1)]?.focus();
}

const ACTIONS = {
  j: () => step(1),
  k: () => step(-1),
};

document.addEventListener("keydown", (event) => {
  const types = event.target.matches("input:not([type=checkbox]), select, textarea");
  if (!isOn.checked || types || event.ctrlKey || event.metaKey || event.altKey) return;
  if (!(event.key in ACTIONS)) return;
  event.preventDefault();
  ACTIONS[event.key]();
});

// Single keys must not surprise those who speak to their computer: they can be switched off.
keys.hidden = false;
isOn.checked = localStorage.getItem(STORED) !== "off";
isOn.addEventListener("change", () => localStorage.setItem(STORED, isOn.checked ? "on" : "off"));
