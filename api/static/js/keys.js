// An element names its key with data-key; ⌘↵ always sends.
const TYPING = "input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable]";

export function startKeys() {
  addEventListener("keydown", (event) => {
    if (event.isComposing) return;
    if (event.key === "Enter" && (event.metaKey || event.ctrlKey)) return send(event);
    if (event.metaKey || event.ctrlKey || event.altKey) return;
    if (document.body.dataset.keys !== "on" || event.target.closest?.(TYPING)) return;
    press(event);
  });
}

function send(event) {
  const form = event.target.closest?.("form");
  const button = form?.querySelector("[data-send]");
  if (!button) return;
  event.preventDefault();
  form.requestSubmit(button);
}

function press(event) {
  if (event.key === "?") {
    document.getElementById("keys")?.togglePopover();
    return event.preventDefault();
  }
  if (document.querySelector("[popover]:popover-open")) return;
  const key = event.key.toLowerCase();
  const target = document.querySelector(`[data-key="${CSS.escape(key)}"]`);
  if (!target) {
    return dispatchEvent(new CustomEvent("desk:key", { detail: { key, event } }));
  }
  event.preventDefault();
  if (target.type === "radio") {
    target.click();
    target.form.querySelector("textarea").focus();
  } else if (target.matches("input")) target.focus();
  else target.click();
}
