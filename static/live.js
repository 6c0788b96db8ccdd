// Looks again and again at how an order stands, until the fragment it gets is no longer live.
// One timer, armed after every answer whatever it was: an error or a lost connection ends nothing.
const DELAYS = [1, 2, 3, 5, 10]; // seconds; from the start again after each change
const HIDDEN = 20; // seconds, while nobody sees the tab: its title tells the news
const PATIENCE = 15 * 60; // seconds without a change; then a button looks again

const noConnection = document.getElementById("no-connection");
const lookAgain = document.getElementById("look-again");
const live = () => document.querySelector("[data-live]");
const headline = () => document.getElementById("headline");
let timer;
let turn;
let since;

function fresh() {
  turn = 0;
  since = Date.now();
  lookAgain.hidden = true;
}

function look() {
  clearTimeout(timer);
  if (live()) htmx.trigger(live(), "poll");
}

function arm() {
  clearTimeout(timer);
  if (!live()) return;
  if (Date.now() - since > PATIENCE * 1000) {
    lookAgain.hidden = false;
    return;
  }
  const delay = document.hidden ? HIDDEN : DELAYS[Math.min(turn, DELAYS.length - 1)];
  timer = setTimeout(look, delay * 1000);
  turn += 1;
}

document.addEventListener("htmx:afterRequest", (event) => {
  // The event's target may have left the page by now; the element that asked is named here.
  if (!event.detail.requestConfig.elt.hasAttribute("data-live")) return;
  noConnection.hidden = event.detail.successful;
  if (event.detail.successful && event.detail.xhr.status === 200) {
    fresh();
    // Once all is set up, each change is news to somebody who has been waiting.
    if (!live() || live().hasAttribute("data-settled")) headline().focus();
  }
  arm();
});

document.addEventListener("visibilitychange", () => {
  if (document.hidden) return arm();
  fresh();
  look();
});

window.addEventListener("online", look);

lookAgain.querySelector("button").addEventListener("click", () => {
  headline().focus(); // the button goes away
  fresh();
  look();
});

fresh();
arm();
