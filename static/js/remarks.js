// In the editor: what to look at again, beside the field, a moment after somebody stops typing.
(() => {
  const address = document.currentScript.dataset.remarks;
  const WAIT = 900; // ms
  const SKIPPED = new Set(["hidden", "checkbox", "radio", "file", "search", "url"]);
  let timer;
  let asked = 0;

  const form = () => document.querySelector("form[data-edit-form], #page-edit-form");

  const fields = () =>
    [...(form()?.elements ?? [])].filter(
      (field) =>
        field.name &&
        !field.name.includes("__prefix__") &&
        !field.name.includes("comments") &&
        (field.tagName === "TEXTAREA" || (field.tagName === "INPUT" && !SKIPPED.has(field.type))),
    );

  const show = (field, sentences) => {
    const place = field.closest(".w-field__wrapper") ?? field.parentElement;
    let box = place.querySelector(":scope > .remarks");
    if (!sentences.length) {
      box?.remove();
      return;
    }
    if (!box) {
      box = document.createElement("ul");
      box.className = "remarks help-block help-warning";
      box.setAttribute("role", "status");
      box.id = `${field.id}-remarks`;
      place.append(box);
    }
    box.replaceChildren(
      ...sentences.map((sentence) => {
        const item = document.createElement("li");
        item.textContent = sentence;
        return item;
      }),
    );
  };

  const ask = async () => {
    const here = fields();
    const number = ++asked;
    const token = form()?.querySelector("[name=csrfmiddlewaretoken]")?.value;
    if (!token) return;
    const answer = await fetch(address, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-CSRFToken": token },
      body: JSON.stringify({ fields: Object.fromEntries(here.map((f) => [f.name, f.value])) }),
    }).catch(() => null);
    if (!answer?.ok || number !== asked) return;
    const { remarks } = await answer.json();
    for (const field of here) show(field, remarks[field.name] ?? []);
  };

  document.addEventListener("DOMContentLoaded", () => {
    if (!form() || !document.querySelector("[name=sections-TOTAL_FORMS], [name=biography]")) return;
    ask();
    form().addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(ask, WAIT);
    });
  });
})();
