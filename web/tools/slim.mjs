// Takes out of Pyodide what only other WebAssembly modules would ask it for: the worker loads none.
//
//   node slim.mjs TARGET_FOLDER      writes pyodide.mjs, pyodide.asm.mjs and pyodide.asm.wasm
//
// For packages with compiled parts Pyodide exports nearly all of CPython, libc and more (8,560 names), and
// offers them 1,370 functions in JavaScript, SDL and WebGL among them. Its own code asks for some 260 of
// either. Without the others the code behind them goes too, and the glue does not wrap each of them at every
// start. Memory, function table and snapshots stay the same.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import binaryen from "binaryen";
import { transform } from "esbuild";
import { rollup } from "rollup";

/** What snapshot.mjs asks of Pyodide's allocator. */
const BUILD_ASKS_FOR = ["sbrk", "malloc_usable_size"];

/** How often each name stands in a text. */
function names(text) {
  const found = new Map();
  for (const [name] of text.matchAll(/[\w$]+/g)) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

/** The text between an opening and the next `}`. */
function block(glue, opening) {
  const start = glue.indexOf(opening) + opening.length;
  const end = glue.indexOf("}", start);
  if (start < opening.length || end < start) {
    throw new Error(`slim.mjs: Pyodide's glue is not of the known form: no ${opening}`);
  }
  return { start, end, text: glue.slice(start, end) };
}

/**
 * The exports of the .wasm file that nobody asks for. `function assignWasmExports(wasmExports){_a=…;}`
 * names every one, and so does a list of `var`s; a name that stands nowhere else is asked for by nobody.
 */
function unaskedExports(wasm, glue, loader) {
  const assigned = block(glue, "function assignWasmExports(wasmExports){").text;
  const declared = [...glue.matchAll(/var (?:[\w$]+,)+[\w$]+;/g)].map(([text]) => text).join("\n");
  const everywhere = names(glue + loader);
  const mechanical = names(assigned + declared);
  const asked = (name) => (everywhere.get(name) ?? 0) > (mechanical.get(name) ?? 0);
  const isKept = ({ name, kind }) =>
    !["function", "global"].includes(kind) || asked(name) || asked(`_${name}`) || BUILD_ASKS_FOR.includes(name);
  const exported = WebAssembly.Module.exports(new WebAssembly.Module(wasm));
  return new Set(exported.filter((each) => !isKept(each)).map(({ name }) => name));
}

/** The .wasm file without these exports, and without what only they led to. */
function slimWasm(wasm, dropped) {
  const module = binaryen.readBinary(wasm);
  // What Pyodide is compiled with. Any more, and the writer would use encodings that browsers do not know.
  const { Features } = binaryen;
  module.setFeatures(
    Features.MutableGlobals |
      Features.NontrappingFPToInt |
      Features.BulkMemory |
      Features.SignExt |
      Features.ExceptionHandling |
      Features.ReferenceTypes |
      Features.Multivalue,
  );
  for (const name of dropped) module.removeExport(name);
  module.runPasses(["remove-unused-module-elements"]);
  return module.emitBinary();
}

function withoutExports(glue, dropped) {
  const { start, end, text } = block(glue, "function assignWasmExports(wasmExports){");
  const isDropped = (statement) => dropped.has(/wasmExports\["([^"]+)"\]/.exec(statement)?.[1]);
  const kept = text.split(";").filter((each) => !isDropped(each));
  return glue.slice(0, start) + kept.join(";") + glue.slice(end);
}

/**
 * The glue offering the .wasm file what it imports and no more: `wasmImports={a:_a,b,…}`. The others'
 * types (`_a.sig="ii"`, for modules that are loaded later) and the copies on Module that no code asks for
 * go too: then nothing holds those functions.
 */
function withoutUnusedImports(glue, wasm, loader) {
  const imported = new Set(WebAssembly.Module.imports(new WebAssembly.Module(wasm)).map(({ name }) => name));
  const { start, end, text } = block(glue, "wasmImports={");
  const isKept = (entry) => imported.has(entry.split(":")[0]);
  const entries = text.split(",");
  const unused = new Set(entries.filter((each) => !isKept(each)).map((each) => each.split(":").pop()));
  const asked = names([...(glue + loader).matchAll(/\bModule\.[\w$]+/g)].join() + loader);
  return (glue.slice(0, start) + entries.filter(isKept).join() + glue.slice(end))
    .replace(/([\w$]+)\.sig="\w+";?/g, (statement, name) => (unused.has(name) ? "" : statement))
    .replace(/Module\["([\w$]+)"\]=\1;/g, (statement, name) => (asked.has(name) ? statement : ""));
}

/** The glue without what nothing leads to any more; esbuild drops nothing within a function, Rollup does. */
async function shake(glue) {
  // A direct eval, which only the loading of such modules needs, could ask for any name.
  const input = glue.replace(/([^\w.$])eval\(/g, "$1(0,eval)(");
  const bundle = await rollup({
    input: "glue",
    plugins: [{ name: "glue", resolveId: (id) => id, load: () => input }],
    external: (id) => id !== "glue",
    treeshake: { propertyReadSideEffects: false, tryCatchDeoptimization: false, unknownGlobalSideEffects: false },
    onLog() {},
  });
  const { output } = await bundle.generate({ format: "es" });
  return (await transform(output[0].code, { format: "esm", target: "es2022", minify: true })).code;
}

const [target] = process.argv.slice(2);
const source = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const glue = readFileSync(join(source, "pyodide.asm.mjs"), "utf8");
const loader = readFileSync(join(source, "pyodide.mjs"), "utf8");
const wasm = readFileSync(join(source, "pyodide.asm.wasm"));

const dropped = unaskedExports(wasm, glue, loader);
const slim = slimWasm(wasm, dropped);
const slimGlue = withoutUnusedImports(withoutExports(glue, dropped), slim, loader);
writeFileSync(join(target, "pyodide.asm.wasm"), slim);
// Minified, it names nobody whose work it is.
const notice = "// Licences and sources: NOTICE.txt beside this file\n";
writeFileSync(join(target, "pyodide.asm.mjs"), notice + (await shake(slimGlue)));
copyFileSync(join(source, "pyodide.mjs"), join(target, "pyodide.mjs"));
