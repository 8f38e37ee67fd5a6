// Lights turn by themselves, by the server's rule.
export function span(milliseconds) {
  const minutes = Math.floor(Math.abs(milliseconds) / 60000);
  const days = Math.floor(minutes / 1440);
  const hours = Math.floor(minutes / 60) % 24;
  const text = days
    ? `${days}d` + (hours ? `${hours}h` : "")
    : hours
    ? `${hours}h` + (minutes % 60 ? `${minutes % 60}m` : "")
    : `${minutes}m`;
  return milliseconds < 0 ? `-${text}` : text;
}

export function shade(now, due, warn) {
  if (due <= now) return "red";
  return warn && warn <= now ? "yellow" : "green";
}

export function startLights() {
  setInterval(() => {
    const now = Date.now();
    for (const light of document.querySelectorAll("[data-due]")) {
      const due = Date.parse(light.dataset.due);
      const was = light.dataset.light;
      const is = shade(now, due, Date.parse(light.dataset.warn ?? ""));
      light.querySelector(".left").textContent = span(due - now);
      if (is === was) continue;
      light.dataset.light = is;
      light.closest(".clock")?.classList.replace(was, is);
    }
  }, 5000);
}
