// Keys of the console: j and k move between rows, Enter opens, / searches, ? helps. They can be turned off (WCAG 2.1.4).
// Everything works without this file; it only saves reaching for the mouse.
"use strict";
(() => {
  const OFF = "parley-keys-off";
  const isOff = () => localStorage.getItem(OFF) === "1";
  const isTyping = (at) => at.closest("input, textarea, select, [contenteditable]") !== null;
  const rows = () => [...document.querySelectorAll("[data-row]")].filter((row) => row.offsetParent !== null);
  const link = (row) => (row.matches("a, button") ? row : row.querySelector("a, button, select, input:not([type=hidden])"));

  function move(step) {
    const all = rows();
    if (!all.length) return;
    const here = all.findIndex((row) => row === document.activeElement || row.contains(document.activeElement));
    const next = all[Math.min(all.length - 1, Math.max(0, here < 0 ? (step > 0 ? 0 : all.length - 1) : here + step))];
    const at = link(next) || next;
    at.focus();
    next.scrollIntoView({ block: "nearest" });
  }

  function open(id) {
    const dialog = document.getElementById(id);
    if (dialog && !dialog.open) dialog.showModal();
  }

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || isOff()) return;
    if (document.querySelector("dialog[open]")) return;
    const search = document.querySelector("[data-search]");
    const keyed = document.querySelector(`[data-key="${CSS.escape(event.key)}"]`);
    if (event.key === "j") move(1);
    else if (event.key === "k") move(-1);
    else if (event.key === "?") open("shortcuts");
    else if (event.key === "/" && search) search.focus();
    else if (keyed) keyed.matches("input, textarea, select") ? keyed.focus() : keyed.click();
    else return;
    event.preventDefault();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest("[data-opens]");
    if (opener) open(opener.dataset.opens);
    // A menu closes when somebody goes on elsewhere.
    document.querySelectorAll("details.who[open]").forEach((menu) => menu.contains(event.target) || menu.removeAttribute("open"));
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector("details.who[open]");
    if (event.key === "Escape" && menu) {
      menu.removeAttribute("open");
      menu.querySelector("summary").focus();
    }
  });

  // Whoever leaves a thread is no longer shown to look at it; without this line it takes half a minute.
  window.addEventListener("pagehide", () => {
    const presence = document.getElementById("presence");
    if (!presence) return;
    const form = new FormData();
    form.append("csrfmiddlewaretoken", JSON.parse(presence.getAttribute("hx-headers"))["X-CSRFToken"]);
    form.append("leaves", "1");
    navigator.sendBeacon(presence.getAttribute("hx-post"), form);
  });

  const box = document.getElementById("keys-off");
  if (box) {
    box.checked = isOff();
    box.addEventListener("change", () => localStorage.setItem(OFF, box.checked ? "1" : "0"));
  }
})();
