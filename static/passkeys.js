// Shows what has to do with passkeys where the browser knows them, and says kindly what went wrong.
const known = Boolean(window.PublicKeyCredential);
for (const part of document.querySelectorAll("[data-passkeys]")) part.hidden = !known;
for (const part of document.querySelectorAll("[data-no-passkeys]")) part.hidden = known;

// The Enter key in a field does what the form's button does.
for (const form of document.querySelectorAll("form[data-button]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    document.getElementById(form.dataset.button).click();
  });
}

document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const problem = document.getElementById("passkey_problem");
  const { failed, known } = problem.dataset;
  problem.textContent = event.detail.exception.name === "InvalidStateError" ? known : failed;
});
