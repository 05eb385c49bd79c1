// Passkeys: hands the page's challenge to the browser and its answer back in the form. Nothing else runs here.
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");

function options(form) {
  const known = form.dataset.passkeys.split(" ").filter(Boolean).map((id) => ({ type: "public-key", id: bytes(id) }));
  const challenge = bytes(form.dataset.challenge);
  if (form.dataset.kind === "get") return { challenge, allowCredentials: known };
  return {
    challenge,
    excludeCredentials: known,
    rp: { name: "SMART BEAR" },
    user: { id: bytes(form.dataset.user), name: form.dataset.username, displayName: form.dataset.username },
    pubKeyCredParams: [-7, -8, -257].map((alg) => ({ type: "public-key", alg })),
    authenticatorSelection: { userVerification: "preferred", residentKey: "preferred" },
  };
}

async function answer(form) {
  const made = await navigator.credentials[form.dataset.kind]({ publicKey: options(form) });
  const told = { id: made.id };
  for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature"])
    if (made.response[name]) told[name] = text(made.response[name]);
  return JSON.stringify(told);
}

const form = document.querySelector("form[data-challenge]");
if (form && window.PublicKeyCredential) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      form.elements.answer.value = await answer(form);
      form.submit();
    } catch {
      form.querySelector("[role=alert]").hidden = false;
    }
  });
}
