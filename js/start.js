// The module's entry: the bindings are bundled behind it. The wasm is on its way since js/boot.js. Compiled here rather
// than by the bindings' own `init`, which brings a kilobyte of fallbacks for servers that send wasm as something else.
import { initSync } from "./antenna.js";

globalThis.antennaWasm
  .then((response) => {
    if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
    return WebAssembly.compileStreaming(response);
  })
  .then((module) => initSync({ module }))
  .catch((failure) => {
    console.error(failure);
    globalThis.antennaFailed?.();
  });

// What is left of the screen when the wasm has panicked (src/browser/panic.rs): nothing of it is called any more.
globalThis.antennaCrashed = (what) => {
  const details = `${what}\n${new Error().stack}\n${navigator.userAgent}`;
  console.error(details);
  const make = (name, css, text, hook, press) => {
    const made = document.createElement(name);
    made.style.cssText = css;
    made.textContent = text;
    if (hook) made.dataset.t = hook;
    made.onclick = press;
    return made;
  };
  const [title, body, reload, copy] = document.documentElement.lang.startsWith("ar")
    ? ["حدث خطأ ما", "توقّف أنتينا. الكاميرا والميكروفون مغلقان. أعد التحميل للمتابعة.", "إعادة التحميل", "نسخ التفاصيل"]
    : ["Something broke", "Antenna stopped. Camera and microphone are off. Reload to go on.", "Reload", "Copy details"];
  const look = "font:inherit;min-height:3rem;padding:0 1.25rem;border-radius:.75rem;border:1px solid;background:none;color:inherit;cursor:pointer";
  const screen = make("main", "min-height:100dvh;display:grid;place-content:center;justify-items:center;gap:1rem;padding:1.5rem;text-align:center", "", "crash");
  const buttons = make("div", "display:flex;flex-wrap:wrap;gap:.75rem;justify-content:center", "");
  const report = make("pre", "max-width:min(40rem,90vw);max-height:40dvh;overflow:auto;white-space:pre-wrap;text-align:start;font-size:.8rem", details);
  report.dir = "ltr";
  report.tabIndex = 0;
  screen.setAttribute("role", "alert");
  screen.tabIndex = -1;
  buttons.append(
    make("button", look, reload, "crash-reload", () => location.reload()),
    make("button", look, copy, "crash-copy", () => navigator.clipboard.writeText(details)),
  );
  screen.append(make("h1", "", title), make("p", "", body), buttons, report);
  document.body.replaceChildren(screen);
  screen.focus();
};
