// Lets people look at the password they type. Without script the buttons stay hidden.
for (const button of document.querySelectorAll("button[data-shows]")) {
  const input = document.getElementById(button.dataset.shows);
  const status = button.nextElementSibling;
  const words = button.dataset;

  function show(visible) {
    input.type = visible ? "text" : "password";
    button.textContent = visible ? words.hide : words.show;
    button.ariaLabel = visible ? words.hideLabel : words.showLabel;
  }

  button.hidden = false;
  button.addEventListener("click", () => {
    const visible = input.type === "password";
    show(visible);
    status.textContent = visible ? words.visible : words.hidden;
  });
  // Browsers keep what was typed into fields of text, but no passwords.
  input.form?.addEventListener("submit", () => show(false));
}
