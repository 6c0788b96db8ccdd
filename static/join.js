// Joins with a passkey: has the device make one, and sends it along with the form.
const button = document.getElementById("join_by_passkey");
const { form } = button ?? {};

async function join() {
  const { by_passkey, credential, terms } = form.elements;
  by_passkey.disabled = false;
  // Without consent the server says so; no passkey is made that would lead nowhere.
  if (terms && !terms.checked) return form.submit();
  try {
    const answer = await fetch(button.dataset.options, { headers: { Accept: "application/json" } });
    if (!answer.ok) throw new Error("no options for a passkey");
    const { creation_options } = await answer.json();
    credential.value = JSON.stringify(await webauthnJSON.create(creation_options));
    form.submit();
  } catch (exception) {
    by_passkey.disabled = true; // the password's turn
    document.dispatchEvent(new CustomEvent("allauth.error", { detail: { exception }, cancelable: true }));
  }
}

button?.addEventListener("click", join);
