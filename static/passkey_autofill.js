// Offers passkeys in the field of the sign-in page where browsers offer names and passwords.
const form = document.getElementById("passkey_form");
let offer;

async function offerPasskeys() {
  if (!(await window.PublicKeyCredential?.isConditionalMediationAvailable?.())) return;
  offer = new AbortController();
  const { signal } = offer;
  try {
    const answer = await fetch(form.action, { headers: { Accept: "application/json" }, signal });
    if (!answer.ok) return;
    const { request_options } = await answer.json();
    const asked = { ...request_options, mediation: "conditional", signal };
    const credential = await webauthnJSON.get(asked);
    document.getElementById("passkey_credential").value = JSON.stringify(credential);
    form.submit();
  } catch {
    // Nobody has asked for it: the page has other ways to sign in.
  }
}

// Browsers answer one request at a time: the button's comes first, and then this one again.
document
  .getElementById("passkey_login")
  .addEventListener("click", () => offer?.abort(), { capture: true });
document.addEventListener("allauth.error", offerPasskeys);
offerPasskeys();
