// Single keys: a page's elements say which key clicks them (`data-key="u"`), or puts the cursor
// into them; "?" lists the keys.
// Single keys must not surprise those who speak to their computer: they can be switched off.
const STORED = "queue-keys";
const actions = (globalThis.deskKeys = {}); // other scripts of a page add theirs

const keys = document.getElementById("keys");
const dialog = document.getElementById("keys-dialog");
const isOn = document.getElementById("keys-on");

actions["?"] = () => dialog?.showModal();

document.addEventListener("keydown", (event) => {
  const types = event.target.matches("input:not([type=checkbox], [type=radio]), select, textarea");
  if (types || dialog?.open || event.ctrlKey || event.metaKey || event.altKey) return;
  if (isOn && !isOn.checked) return;
  const element = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
  const act = Object.hasOwn(actions, event.key) ? actions[event.key] : null;
  if (!element && !act) return;
  event.preventDefault();
  if (act) act();
  else if (element.matches("select, textarea")) element.focus();
  else element.click();
});

if (keys) {
  keys.hidden = false;
  isOn.checked = localStorage.getItem(STORED) !== "off";
  isOn.addEventListener("change", () => localStorage.setItem(STORED, isOn.checked ? "on" : "off"));
  document.getElementById("keys-open").addEventListener("click", () => dialog.showModal());
}
