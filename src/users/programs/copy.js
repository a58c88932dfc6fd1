{
  const [secret, copy, copied] = ["secret", "copy", "copied"].map((id) => document.getElementById(id));
  // The secret needn't stay in the history of the browser: this half of it is worth nothing by now anyway.
  history.replaceState(history.state, "", location.pathname);
  copy.hidden = !navigator.clipboard;
  copy.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(secret.textContent);
      copied.textContent = copy.textContent = copy.dataset.done;
    } catch {
      getSelection().selectAllChildren(secret);
    }
  });
}
