// Small helps for those whose browser runs scripts. Every page works without them.
(() => {
  "use strict";

  // A second press of a button must not send a form twice. The server would notice; the person should not wonder.
  const wake = (form) => {
    delete form.dataset.sent;
    form.removeAttribute("aria-busy");
    for (const button of form.querySelectorAll("button[data-asleep]")) {
      button.disabled = false;
      delete button.dataset.asleep;
    }
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.method !== "post" || form.dataset.again !== undefined) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    form.setAttribute("aria-busy", "true");
    // Later, because a disabled button would not be part of what is sent.
    setTimeout(() => {
      for (const button of form.querySelectorAll("button:not([disabled]):not([type=button])")) {
        button.disabled = true;
        button.dataset.asleep = "yes";
      }
    });
    // A download leaves us on this page, and a lost network must not lock the form for good.
    setTimeout(() => wake(form), 15000);
  });
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) document.querySelectorAll("form[data-sent]").forEach(wake);
  });

  // Errors that arrive without a new page take the focus, as those of a new page do.
  document.addEventListener("htmx:afterSwap", (event) => {
    const errors = event.target.querySelector(".errs");
    if (errors) errors.focus();
  });
  const say = (words) => {
    let note = document.getElementById("lost");
    if (!note) {
      note = document.createElement("p");
      note.id = "lost";
      note.className = "toast toast-error";
      note.setAttribute("role", "alert");
      document.getElementById("main").prepend(note);
    }
    note.textContent = words;
  };
  document.addEventListener("htmx:sendError", () => say("We cannot reach the society’s computer. Check your network and try again."));
  document.addEventListener("htmx:responseError", () => say("We could not bring this part up to date. Load the page again."));
  document.addEventListener("htmx:afterOnLoad", () => document.getElementById("lost")?.remove());

  // Keys for staff: never inside a field, never with another key held, and off where the account says so.
  if (!document.body.classList.contains("staff") || document.body.dataset.keys === "off") return;
  const rows = () => [...document.querySelectorAll("table.cards tbody tr, .match")].filter((row) => row.offsetParent);
  const current = () => document.querySelector("tr.cur, .match.cur");
  const move = (step) => {
    const all = rows();
    if (!all.length) return;
    const at = all.indexOf(current());
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    if (at >= 0) all[at].classList.remove("cur");
    next.classList.add("cur");
    next.tabIndex = -1;
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
  };
  const press = (key) => (current() || document).querySelector(`[data-key="${key}"]:not([disabled])`)?.click();
  const choose = (number) => {
    const radio = document.querySelectorAll("[data-choices] input[type=radio]")[number - 1];
    if (!radio) return;
    radio.focus();
    radio.click();
  };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    const at = event.target;
    if (at.isContentEditable || at.matches("textarea, select, input:not([type=radio]):not([type=checkbox])")) return;
    const key = event.key.toLowerCase();
    if (key === "j") move(1);
    else if (key === "k") move(-1);
    else if (key === "enter" && at.matches("tr, .match")) (at.querySelector('[data-key="enter"]') || at.querySelector("a"))?.click();
    else if (key === "a" || key === "r") press(key);
    else if ("1234".includes(key)) choose(Number(key));
    else if (key === "?") {
      const list = document.getElementById("keys");
      if (!list) return;
      list.open = !list.open;
      list.querySelector("summary").focus();
    } else return;
    event.preventDefault();
  });
})();
