// The page of an order: what changes while it is being set up comes by itself, unless one works in it.
const DELAYS = [1, 2, 3, 5, 10]; // seconds; from the start again after each change
const HIDDEN = 20; // seconds, while nobody sees the tab
const PATIENCE = 15 * 60; // seconds without a change

const live = () => document.querySelector("#order-live[data-live]");
let timer;
let turn = 0;
let since = Date.now();

function look() {
  clearTimeout(timer);
  if (live()) htmx.trigger(live(), "poll");
}

function arm() {
  clearTimeout(timer);
  if (!live() || Date.now() - since > PATIENCE * 1000) return;
  const delay = document.hidden ? HIDDEN : DELAYS[Math.min(turn, DELAYS.length - 1)];
  timer = setTimeout(look, delay * 1000);
  turn += 1;
}

function isChanged(field) {
  if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
  if (field.matches("select")) return [...field.options].some((each) => each.selected !== each.defaultSelected);
  return field.type !== "hidden" && field.value !== field.defaultValue;
}

function isWorkedIn(part) {
  if (part.contains(document.activeElement) || part.querySelector("details[open]")) return true;
  return [...part.querySelectorAll("input, select, textarea")].some(isChanged);
}

document.addEventListener("htmx:oobBeforeSwap", (event) => {
  if (!isWorkedIn(event.detail.target)) return;
  event.detail.shouldSwap = false;
  document.getElementById("order-stale").hidden = false;
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.requestConfig.elt.id !== "order-live") return;
  if (event.detail.xhr.status === 200) {
    turn = 0;
    since = Date.now();
  }
  arm();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) arm();
  else look();
});

window.addEventListener("online", look);
arm();
