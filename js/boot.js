// Runs inline, before the first paint: the wasm leaves with the page, and neither theme nor direction changes afterwards.
globalThis.antennaWasm = fetch("__WASM__");
antennaWasm.catch(() => {});

// Leptos clones templates that it fills through innerHTML with constants of the program, and the service worker's address
// is a constant too. Nothing else has business with these sinks.
globalThis.trustedTypes?.createPolicy("default", {
  createHTML(html) {
    if (/<(script|iframe|object|embed|base|link|meta|style)|\son[a-z]+\s*=|javascript:/i.test(html)) throw new TypeError("refused markup");
    return html;
  },
  createScriptURL(url) {
    if (new URL(url, location.href).href !== `${location.origin}/sw.js`) throw new TypeError("refused script");
    return url;
  },
});

{
  const root = document.documentElement;
  let choices = {};
  try {
    choices = JSON.parse(localStorage.getItem("antenna.choices")) ?? {};
  } catch {
    // Nothing is kept, or nothing readable: the system decides.
  }
  const { theme, locale } = choices;
  if (theme === "light" || theme === "dark") {
    root.dataset.theme = theme;
    for (const meta of document.querySelectorAll("meta[name=theme-color]")) meta.content = theme === "dark" ? "#0d0e12" : "#f6f7f9";
  }
  if ((locale ?? navigator.language).startsWith("ar")) {
    root.lang = "ar";
    root.dir = "rtl";
  }
}

// The worker asks every tab which version it runs before it throws an older version's files away.
navigator.serviceWorker?.addEventListener("message", ({ data, ports }) => {
  if (data?.type === "version?") ports[0]?.postMessage({ version: "__VERSION__" });
});

// The app could not be had or could not start at all: the skeleton says so.
globalThis.antennaFailed = () => {
  document.querySelector("[data-t=skeleton]")?.setAttribute("data-failed", "");
};
