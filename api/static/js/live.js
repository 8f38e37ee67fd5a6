// One stream per browser (the tab that holds the lock), ids only; each tab fetches what it shows.
// Never replaces what is being filled in.
export function follow(htmx) {
  const address = document.body.dataset.live;
  if (!address) return;
  const tabs = new BroadcastChannel("gongdan-live");
  const tell = (news) => changed(htmx, news);
  tabs.onmessage = (event) => tell(event.data);
  const lead = () => listen(address, tabs, tell);
  if (navigator.locks) navigator.locks.request("gongdan-live", lead);
  else lead(); // plain http: no locks
  document.addEventListener("input", (event) => {
    const part = event.target.closest(".part");
    if (part) part.dataset.dirty = "";
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-refresh]")) return;
    document.getElementById("stale").hidden = true;
    for (const part of document.querySelectorAll("[data-stale]")) {
      refresh(htmx, part);
    }
  });
}

function listen(address, tabs, tell) {
  return new Promise(() => {
    const stream = new EventSource(address);
    stream.addEventListener("changed", (event) => {
      const news = event.data.split(" ");
      tabs.postMessage(news);
      tell(news);
    });
    addEventListener("pagehide", () => stream.close());
  });
}

function changed(htmx, news) {
  for (const part of document.querySelectorAll("[data-follow]")) {
    const of = part.dataset.follow;
    if (of !== "queue" && !news.includes(of) && !news.includes("*")) continue;
    if ("dirty" in part.dataset || part.contains(typing())) {
      part.dataset.stale = "";
      document.getElementById("stale").hidden = false;
    } else refresh(htmx, part);
  }
}

function typing() {
  const active = document.activeElement;
  return active?.matches("input, textarea, select") ? active : null;
}

function refresh(htmx, part) {
  htmx.ajax("GET", part.dataset.from, { source: part, target: part, swap: "outerHTML" });
}
