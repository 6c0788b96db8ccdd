// The box that searches everything: "/" leads to it, arrows go through what it found.
// In a block of its own: it is on pages whose scripts have names of their own.
{
  const box = document.getElementById("find");
  const found = document.getElementById("found");
  const news = document.getElementById("find-news");
  const STORED = "queue-keys"; // single keys can be switched off at the queue

  const close = () => {
    found.replaceChildren();
    news.textContent = "";
  };

  const move = (by) => {
    const links = [...found.querySelectorAll("a")];
    const here = links.indexOf(document.activeElement) + by;
    (here < 0 ? box : links[Math.min(here, links.length - 1)]).focus();
  };

  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Escape: () => {
      close();
      box.focus();
    },
  };

  box?.form.addEventListener("keydown", (event) => {
    if (!(event.key in KEYS) || !found.querySelector("a")) return;
    event.preventDefault();
    KEYS[event.key]();
  });

  box?.form.addEventListener("focusout", (event) => {
    if (!box.form.contains(event.relatedTarget)) close();
  });

  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target !== found) return;
    if (!box.form.contains(document.activeElement)) close();
    else news.textContent = found.querySelector("[data-news]")?.dataset.news ?? "";
  });

  document.addEventListener("keydown", (event) => {
    const types = event.target.matches("input:not([type=checkbox]), select, textarea");
    const isOff = localStorage.getItem(STORED) === "off";
    if (!box || event.key !== "/" || types || isOff) return;
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    box.select();
  });
}
