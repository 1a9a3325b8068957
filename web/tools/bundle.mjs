// Bundles one entry point of web/src into one file.
//
//   node bundle.mjs worker OUTFILE PYODIDE   PYODIDE: its folder, seen from the worker's, "../<hash>/"
//   node bundle.mjs facade OUTFILE ASSETS    ASSETS: the folder of the worker, "a/<hash>/"

import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const pyodideLock = createRequire(import.meta.url)("pyodide/pyodide-lock.json");
const source = fileURLToPath(new URL("../src", import.meta.url));

function options(part, folder) {
  if (part === "worker" && folder) {
    return {
      entryPoints: [join(source, "worker", "worker.ts")],
      format: "esm",
      target: "es2022",
      define: {
        __PYODIDE__: JSON.stringify(folder),
        __PYODIDE_INFO__: JSON.stringify(pyodideLock.info),
      },
    };
  }
  if (part === "facade" && folder) {
    return {
      entryPoints: [join(source, "page", "sdk.ts")],
      format: "iife",
      target: "es2020",
      define: { __EDGEE_ASSETS__: JSON.stringify(folder) },
    };
  }
  throw new Error(`usage: node bundle.mjs worker OUTFILE PYODIDE | facade OUTFILE ASSETS`);
}

const [part, outfile, folder] = process.argv.slice(2);
await build({
  ...options(part, folder),
  outfile,
  bundle: true,
  minify: true,
  legalComments: "none",
  logLevel: "warning",
});
