// Rows open beside the list; J and K walk through it.
const wide = () => matchMedia("(min-width: 1180px)").matches;
const rows = () => [...document.querySelectorAll(".rows tr[data-no]")];
const ticket = () => document.querySelector("[data-ticket]")?.dataset.ticket ?? "";

let chosen;

export function startQueue(htmx) {
  remember();
  addEventListener("htmx:afterSettle", () => {
    remember();
    mark(chosen ?? ticket());
  });
  addEventListener("htmx:beforeSwap", ({ target, detail }) => {
    const [, no] = detail.pathInfo.requestPath.match(/(GD-\d+)\/pane/) ?? [];
    if (target.id === "pane" && no && no !== chosen) detail.shouldSwap = false;
  });
  addEventListener("click", (event) => {
    const row = event.target.closest?.("tr[data-no]");
    if (!row || !wide() || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    choose(htmx, row);
  });
  addEventListener("desk:key", ({ detail: { key, event } }) => {
    if (key === "j" || key === "k") step(htmx, key === "j" ? 1 : -1, event);
    if (key === "enter" && !event.target.closest("a, button, summary") && rows().length) {
      location.href = `/tickets/${ticket()}`;
    }
  });
}

function remember() {
  const order = rows().map((row) => row.dataset.no);
  if (order.length) sessionStorage.setItem("order", JSON.stringify(order));
}

function mark(no) {
  for (const row of rows()) row.ariaCurrent = row.dataset.no === no || null;
}

function choose(htmx, row) {
  mark(chosen = row.dataset.no);
  const link = row.querySelector("a");
  history.replaceState(history.state, "", link.href);
  if (chosen === ticket()) return;
  const from = `/tickets/${row.dataset.no}/pane${new URL(link.href).search}`;
  htmx.ajax("GET", from, { source: row, target: "#pane", swap: "innerHTML scroll:top" });
}

function step(htmx, by, event) {
  event.preventDefault();
  const order = JSON.parse(sessionStorage.getItem("order") ?? "[]");
  const next = order[order.indexOf(rows().length && chosen || ticket()) + by];
  if (!next) return;
  const row = rows().find((one) => one.dataset.no === next);
  if (!row) {
    if (document.getElementById("whole")) location.href = `/tickets/${next}`;
    return;
  }
  if (!wide()) return row.querySelector("a").focus();
  row.scrollIntoView({ block: "nearest" });
  choose(htmx, row);
}
