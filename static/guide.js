// The guides: buttons that copy code, and the language of examples, chosen once for all pages.
// Without script there are no buttons, and a language is chosen by a link.
const guide = document.querySelector(".guide");
const { copy, copied, language, cookiePath } = guide.dataset;
const status = document.getElementById("copied");
const SHOWN = 2000; // milliseconds

// The contents are longer than their box: show where in them the reader is.
const contents = document.getElementById("contents");

const showPlace = () => {
  const place = contents.querySelector("[aria-current]")?.getBoundingClientRect();
  const box = contents.getBoundingClientRect();
  if (place) contents.scrollTop += place.top - box.top - box.height / 2;
};

showPlace();
contents.addEventListener("toggle", showPlace); // on phones, when a button unfolds them

for (const figure of navigator.clipboard ? guide.querySelectorAll(".code") : []) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "code__copy";
  button.lang = language;
  button.textContent = copy;
  button.setAttribute("aria-label", `${copy}: ${figure.getAttribute("aria-label")}`);
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(figure.querySelector("pre").textContent.trim());
    button.textContent = status.textContent = copied;
    setTimeout(() => {
      button.textContent = copy;
      status.textContent = "";
    }, SHOWN);
  });
  figure.append(button);
}

// As `chosen_of` in shop/guide/snippets.py: the language, a relative of it, or the first.
const show = (group, key, family) => {
  const tabs = [...group.querySelectorAll(".snippets__tabs a")];
  const shown =
    tabs.find((tab) => tab.dataset.key === key) ??
    tabs.find((tab) => tab.dataset.family === family) ??
    tabs[0];
  for (const tab of tabs) tab.toggleAttribute("aria-current", tab === shown);
  shown?.setAttribute("aria-current", "true");
  for (const figure of shown ? group.querySelectorAll(".code") : []) {
    figure.hidden = figure.dataset.key !== shown.dataset.key;
  }
};

guide.addEventListener("click", (event) => {
  const tab = event.target.closest(".snippets__tabs a");
  if (!tab || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `snippets=${tab.dataset.key}; path=${cookiePath}; samesite=lax${secure}`;
  const before = tab.getBoundingClientRect().top;
  for (const group of guide.querySelectorAll(".snippets")) {
    show(group, tab.dataset.key, tab.dataset.family);
  }
  // Examples above it may have become longer or shorter.
  scrollBy(0, tab.getBoundingClientRect().top - before);
});

// Single keys must not surprise those who speak to their computer: "/" (search.js) can be switched off.
const STORED_KEYS = "queue-keys";
const singleKey = document.getElementById("single-key");

if (singleKey) {
  const isOn = singleKey.querySelector("input");
  singleKey.hidden = false;
  isOn.checked = localStorage.getItem(STORED_KEYS) !== "off";
  isOn.addEventListener("change", () => {
    localStorage.setItem(STORED_KEYS, isOn.checked ? "on" : "off");
  });
}
