// Making and showing a passkey, which needs JavaScript. Where that or the browser cannot, the way with an app is there.
const form = document.querySelector("[data-passkey]");

if (form && window.PublicKeyCredential?.parseCreationOptionsFromJSON) {
  form.hidden = false;
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const wrong = form.querySelector("[data-passkey-wrong]");
    wrong.textContent = "";
    try {
      const { publicKey } = JSON.parse(form.dataset.passkey);
      const credential = form.dataset.passkeyAct === "make"
        ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(publicKey) })
        : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(publicKey) });
      form.elements.credential.value = JSON.stringify(credential.toJSON());
      form.submit();
    } catch {
      wrong.textContent = "That did not work, or was stopped. You can try again.";
    }
  });
}
