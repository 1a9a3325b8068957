// Bundles one entry point of web/src into one file.
//
//   node bundle.mjs facade OUTFILE ASSETS    ASSETS: the folder of the others, seen from the relay, "a/<hash>/"
//   node bundle.mjs adapters OUTFILE         what lets pages written for other tools drive the facade
//   node bundle.mjs python OUTFILE           the page's line to Python
//   node bundle.mjs debug OUTFILE            what shows a developer the page's calls
//   node bundle.mjs raw OUTFILE              what takes Python's place where it cannot run
//   node bundle.mjs worker OUTFILE PYODIDE   PYODIDE: its folder, seen from the worker's, "../<hash>/"

import { writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const pyodideLock = createRequire(import.meta.url)("pyodide/pyodide-lock.json");
const source = fileURLToPath(new URL("../src", import.meta.url));

const [part, outfile, folder] = process.argv.slice(2);

const options = {
  // A classic script: its tag is `async`, and it must be there before the page's own scripts need it.
  facade: {
    entry: "page/sdk.ts",
    format: "iife",
    target: "es2020",
    define: { __EDGEE_ASSETS__: JSON.stringify(folder) },
  },
  adapters: { entry: "page/adapters.ts", format: "iife", target: "es2020" },
  python: { entry: "page/python.ts", format: "esm", target: "es2020" },
  debug: { entry: "page/debug.ts", format: "esm", target: "es2020" },
  raw: { entry: "page/raw.ts", format: "esm", target: "es2020" },
  worker: {
    entry: "worker/worker.ts",
    format: "esm",
    target: "es2022",
    define: {
      __PYODIDE__: JSON.stringify(folder),
      __PYODIDE_INFO__: JSON.stringify(pyodideLock.info),
    },
  },
}[part];
if (!options || !outfile || (options.define && !folder)) {
  throw new Error("usage: node bundle.mjs facade|adapters|python|debug|raw|worker OUTFILE [FOLDER]");
}

const { entry, ...settings } = options;
const bundled = await build({
  ...settings,
  entryPoints: [join(source, entry)],
  bundle: true,
  minify: true,
  legalComments: "none",
  logLevel: "warning",
  write: false,
});
// esbuild bundles, Terser goes over it once more: it makes the facade 6 % smaller. No function here is a constructor,
// so that each may be an arrow.
const { code } = await minify(bundled.outputFiles[0].text, {
  ecma: 2020,
  module: options.format === "esm",
  compress: { ecma: 2020, passes: 3, hoist_funs: true, unsafe_arrows: true },
  mangle: { toplevel: true },
});
await writeFile(outfile, code);
