// The module's entry: the bindings and the chunk loader are bundled behind it. The wasm is on its way since js/boot.js.
import init from "./antenna.js";

init({ module_or_path: globalThis.antennaWasm }).catch((failure) => {
  console.error(failure);
  globalThis.antennaFailed?.();
});
