// One stream per browser, ids only. What is being filled in or lies open stays.
export function follow(htmx) {
  const address = document.body.dataset.live;
  if (!address) return;
  const tabs = new BroadcastChannel("gongdan-live");
  const tell = (news) => changed(htmx, news);
  tabs.onmessage = (event) => tell(event.data);
  const lead = () =>
    new Promise(() => {
      const stream = new EventSource(address);
      stream.addEventListener("changed", (event) => {
        const news = event.data.split(" ");
        tabs.postMessage(news);
        tell(news);
      });
      addEventListener("pagehide", () => stream.close());
    });
  if (navigator.locks) navigator.locks.request("gongdan-live", lead);
  else lead();
  addEventListener("input", (event) => {
    event.target.closest(".part")?.setAttribute("data-dirty", "");
  });
  let opened = [];
  addEventListener("htmx:beforeSwap", ({ detail }) => {
    const part = detail.requestConfig.elt;
    if (!part.dataset.follow) return;
    if (busy(part)) detail.shouldSwap = false;
    else opened = [...part.querySelectorAll("[open]>summary")];
  });
  addEventListener("htmx:afterSwap", () => {
    for (const { id } of opened) document.getElementById(id)?.parentNode.setAttribute("open", "");
    opened = [];
  });
  addEventListener("click", (event) => {
    if (!event.target.closest?.("[data-refresh]")) return;
    stale().hidden = true;
    for (const part of document.querySelectorAll("[data-stale]")) {
      delete part.dataset.dirty;
      refresh(htmx, part);
    }
  });
}

function changed(htmx, news) {
  for (const part of document.querySelectorAll("[data-follow]")) {
    const of = part.dataset.follow;
    if (of !== "queue" && !news.includes(of) && !news.includes("*")) continue;
    if (!busy(part)) refresh(htmx, part);
  }
}

const stale = () => document.getElementById("stale");

function busy(part) {
  const kept = "dirty" in part.dataset || part.querySelector(":focus:not(a,button,summary)");
  if (kept) part.dataset.stale = "";
  stale().hidden &&= !kept;
  return kept;
}

function refresh(htmx, part) {
  htmx.ajax("GET", part.dataset.from, { source: part, target: part, swap: "outerHTML" });
}
