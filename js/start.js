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
