// The desk by keyboard: j and k (or, from a request on, the arrows) walk through the requests; the letters are the
// data-key of what each does, and ? shows them all. z undoes the last thing, for ten seconds. Keys can be turned off.
// Everything here is also a link or a button; nothing depends on this file.
(() => {
  const OFF = "desk-keys-off";
  const requests = () => [...document.querySelectorAll("[data-request]")];
  const current = () => document.activeElement?.closest("[data-request]");

  const walk = (step) => {
    const all = requests();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[at < 0 ? 0 : Math.min(Math.max(at + step, 0), all.length - 1)];
    next.querySelector("a, button")?.focus();
    next.scrollIntoView({ block: "nearest" });
  };

  const press = (key) => {
    // With one request on the page there is no doubt which is meant; else the focus decides.
    const all = requests();
    const target = current() ?? (all.length === 1 ? all[0] : null);
    const action = target?.querySelector(`[data-key="${key}"]`);
    if (action instanceof HTMLFormElement) action.requestSubmit();
    else action?.click();
    return Boolean(action);
  };

  const show = () => {
    const list = document.querySelector("[data-keys-list]");
    if (!list) return;
    const home = list.parentElement;
    const dialog = document.createElement("dialog");
    dialog.className = "keys-dialog";
    dialog.setAttribute("aria-label", "Keys");
    const close = document.createElement("button");
    close.className = "btn btn-secondary";
    close.textContent = "Close";
    close.addEventListener("click", () => dialog.close());
    dialog.addEventListener("close", () => {
      home.append(list);
      dialog.remove();
    });
    dialog.append(list, close);
    document.body.append(dialog);
    dialog.showModal();
    close.focus();
  };

  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    z: () => document.querySelector("[data-undo]")?.requestSubmit(),
    "/": () => document.getElementById("id_words")?.focus(),
    "?": show,
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select, dialog")) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      if (!current()) return;
      event.preventDefault();
      walk(event.key === "ArrowDown" ? 1 : -1);
      return;
    }
    if (localStorage.getItem(OFF)) return;
    const act = keys[event.key];
    if (act) act();
    else if (!/^[a-z]$/.test(event.key) || !press(event.key)) return;
    event.preventDefault();
  });

  const power = document.querySelector("[data-keys-switch]");
  if (power) {
    const box = power.querySelector("input");
    box.checked = !localStorage.getItem(OFF);
    box.addEventListener("change", () => {
      if (box.checked) localStorage.removeItem(OFF);
      else localStorage.setItem(OFF, "1");
    });
    power.hidden = false;
  }
})();
