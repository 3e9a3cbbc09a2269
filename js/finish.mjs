// What the build leaves to node: binaryen makes the wasm small, esbuild makes one small module of what wasm-bindgen and
// wasm-split print (and small CSS), and zlib compresses every file that a server may send as it is.
//
//   node finish.mjs module IN.js OUT.js      bundled, minified, import.meta.url kept
//   node finish.mjs css IN.css OUT.css       minified; nesting and light-dark() are left alone
//   node finish.mjs script IN.js OUT.js      minified, names of the top level kept
//   node finish.mjs optimise FILE…           wasm-opt -Oz in place; one process, since starting binaryen is what takes long
//   node finish.mjs compress DIR             .br and .gz beside each file worth it
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import { build, transform } from "esbuild";

const targets = ["chrome119", "firefox121", "safari17.4"];
const [verb, input, output] = process.argv.slice(2);

switch (verb) {
  case "module":
    await build({ entryPoints: [input], outfile: output, bundle: true, minify: true, format: "esm", target: targets, legalComments: "none", logLevel: "warning" });
    break;
  case "css":
  case "script": {
    const loader = verb === "css" ? "css" : "js";
    const { code } = await transform(readFileSync(input, "utf8"), { loader, minify: true, target: verb === "css" ? ["esnext"] : targets, legalComments: "none" });
    writeFileSync(output, code);
    break;
  }
  case "optimise":
    await optimise(process.argv.slice(3));
    break;
  case "compress":
    await compress(input);
    break;
  default:
    throw new Error(`finish.mjs does not know ${verb}`);
}

async function optimise(files) {
  const { default: binaryen } = await import("binaryen");
  binaryen.setOptimizeLevel(2);
  binaryen.setShrinkLevel(2);
  // No valid pointer is below 1024: there is only the far end of the stack (rustc links with --stack-first).
  binaryen.setLowMemoryUnused(true);
  for (const file of files) {
    const module = binaryen.readBinary(readFileSync(file));
    module.optimize();
    module.runPasses(["strip-producers", "strip-target-features"]);
    writeFileSync(file, module.emitBinary());
    module.dispose();
  }
}

async function compress(dir) {
  const worth = /\.(html|js|wasm|css|json|svg|txt)$/;
  // config.json is changed without a build: a compressed copy of it would be stale.
  const files = readdirSync(dir, { recursive: true }).filter((name) => worth.test(name) && name !== "config.json");
  const brotli = promisify(brotliCompress);
  const zip = promisify(gzip);
  await Promise.all(files.map(async (name) => {
    const file = join(dir, name);
    const bytes = readFileSync(file);
    const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_LGWIN]: 22, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
    const [br, gz] = await Promise.all([brotli(bytes, { params }), zip(bytes, { level: 9 })]);
    if (br.length < bytes.length) writeFileSync(`${file}.br`, br);
    if (gz.length < bytes.length) writeFileSync(`${file}.gz`, gz);
  }));
}
