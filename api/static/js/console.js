// What HTML alone cannot do.
import { startLights } from "./lights.js";
import { startKeys } from "./keys.js";
import { follow } from "./live.js";
import { startQueue } from "./queue.js";

const htmx = globalThis.htmx;

function startTheme() {
  addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-theme-toggle]");
    if (!button) return;
    event.preventDefault();
    const root = document.documentElement;
    const dark = root.dataset.theme
      ? root.dataset.theme === "dark"
      : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = button.value = dark ? "light" : "dark";
    document.cookie = `theme=${root.dataset.theme}; Path=/; Max-Age=31536000; SameSite=Lax`;
  });
}

function startForms() {
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || form.hasAttribute("hx-boost")) return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 4000);
  });
  addEventListener("change", (event) => {
    if (event.target.matches("[data-names]")) {
      const names = [...event.target.files].map((file) => file.name).join(", ");
      event.target.form.querySelector(".names").textContent = names;
    }
  });
  addEventListener("htmx:afterSwap", (event) => {
    const wrong = event.target.querySelector?.(
      "[aria-invalid=true], .field:has(.wrong) input, .notice.bad[role=alert]",
    );
    wrong?.focus();
    wrong?.scrollIntoView({ block: "nearest" });
  });
  for (const failure of ["htmx:sendError", "htmx:responseError"]) {
    addEventListener(failure, () => {
      const broken = document.getElementById("broken");
      if (!broken) return;
      broken.hidden = false;
      setTimeout(() => broken.hidden = true, 6000);
    });
  }
}

function startSheets() {
  addEventListener("toggle", (event) => {
    const sheet = event.target;
    if (event.newState === "open" && sheet.dataset?.fill) {
      htmx.ajax("GET", sheet.dataset.fill, { target: sheet, swap: "innerHTML" });
    }
  }, true);
}

startTheme();
startForms();
startSheets();
startLights();
startKeys();
startQueue(htmx);
follow(htmx);
