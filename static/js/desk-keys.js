// The desk by keyboard: j and k walk through the requests, c confirms, r refuses, / finds, ? explains.
// On the day of the visit: a is here, i checked in, d done, n did not come. z undoes the last thing, for ten seconds.
// Everything here is also a link or a button; nothing depends on this file.
(() => {
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
    if (!action) return;
    if (action instanceof HTMLFormElement) action.requestSubmit();
    else action.click();
  };

  const keys = {
    j: () => walk(1),
    k: () => walk(-1),
    c: () => press("c"),
    r: () => press("r"),
    a: () => press("a"),
    i: () => press("i"),
    d: () => press("d"),
    n: () => press("n"),
    z: () => document.querySelector("[data-undo]")?.requestSubmit(),
    "/": () => document.getElementById("id_words")?.focus(),
    "?": () => {
      const help = document.querySelector("[data-keys]");
      if (!help) return;
      help.open = !help.open;
      if (help.open) help.scrollIntoView({ block: "nearest" });
    },
  };

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    if (event.target.closest("input, textarea, select")) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  });
})();
