// The box that searches everything: "/" leads to it, arrows go through what it found.
const box = document.getElementById("find");
const found = document.getElementById("found");
const news = document.getElementById("find-news");
const STORED = "queue-keys"; // single keys can be switched off at the queue

function close() {
  found.replaceChildren();
  news.textContent = "";
}

function move(by) {
  const links = [...found.querySelectorAll("a")];
  const here = links.indexOf(document.activeElement) + by;
  (here < 0 ? box : links[Math.min(here, links.length - 1)])?.focus();
}

if (box) {
  box.form.addEventListener("keydown", (event) => {
    if (!found.querySelector("a") && event.key !== "Escape") return;
    if (event.key === "ArrowDown") move(1);
    else if (event.key === "ArrowUp") move(-1);
    else if (event.key === "Escape" && found.firstChild) {
      close();
      box.focus();
    } else return;
    event.preventDefault();
  });
  box.form.addEventListener("focusout", (event) => {
    if (!box.form.contains(event.relatedTarget)) close();
  });
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== found) return;
    news.textContent = found.querySelector("[data-news]")?.dataset.news ?? "";
  });
  document.addEventListener("keydown", (event) => {
    const types = event.target.matches("input:not([type=checkbox]), select, textarea");
    const isOff = localStorage.getItem(STORED) === "off";
    if (event.key !== "/" || types || isOff || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.select();
  });
}
