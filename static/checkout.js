// Leaves the checkout only where the server can be reached: without it a browser would show its own
// page instead, and what was typed would be gone. The form itself is kept at each change, by htmx.
const form = document.getElementById("order");
const notice = document.getElementById("no-connection");
let isReachable = true;
let isTried = false; // and the server was reached, so the form may go

function tell(reachable) {
  isReachable = reachable;
  if (reachable) notice.hidden = true;
}

document.addEventListener("htmx:afterRequest", () => tell(true));
for (const lost of ["htmx:sendError", "htmx:timeout"]) {
  document.addEventListener(lost, () => tell(false));
}

// What was typed without a connection is kept as soon as there is one.
window.addEventListener("online", () => htmx.trigger(form, "change"));

form.addEventListener("submit", async (event) => {
  if (isTried || (isReachable && navigator.onLine)) return;
  event.preventDefault();
  const button = event.submitter;
  try {
    await fetch("/livez", { cache: "no-store" });
  } catch {
    notice.hidden = false;
    return;
  }
  tell(true);
  isTried = true;
  form.requestSubmit(button);
  isTried = false;
});
