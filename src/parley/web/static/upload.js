// A file that is too large is said to be so before it is sent; the server refuses it in any case.
"use strict";
(() => {
  const field = document.querySelector("input[type=file][data-largest-bytes]");
  if (!field) return;
  field.addEventListener("change", () => {
    const file = field.files[0];
    const isTooLarge = file && file.size > Number(field.dataset.largestBytes);
    field.setCustomValidity(isTooLarge ? field.dataset.tooLarge : "");
    if (isTooLarge) field.reportValidity();
  });
})();
