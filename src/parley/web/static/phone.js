// What is being typed on the phone stays when the page around it is renewed. Everything works without this file.
"use strict";
(() => {
  const field = () => document.getElementById("reply");
  let typed = "";

  // What goes out is no longer being typed; the values of the form were taken before this.
  document.addEventListener("htmx:beforeSend", (event) => {
    if (field() && event.target.contains(field())) field().value = "";
  });
  document.addEventListener("htmx:beforeSwap", () => {
    typed = field() ? field().value : "";
  });
  document.addEventListener("htmx:afterSwap", () => {
    const at = field();
    if (at && typed && !at.value) {
      at.value = typed;
      at.setSelectionRange(typed.length, typed.length);
    }
  });
})();
