// Takes out of Pyodide what only other WebAssembly modules would ask it for: the worker loads none.
//
//   node slim.mjs TARGET_FOLDER      writes pyodide.mjs, pyodide.asm.mjs and pyodide.asm.wasm
//
// Pyodide exports nearly all of CPython, libc and more (8,560 names) for packages with compiled parts.
// Its own glue asks for some 260 of them. Without the others' exports the code behind them goes too, and
// the glue does not wrap each of them at every start. Memory, function table and snapshots stay the same.

import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import binaryen from "binaryen";

const [target] = process.argv.slice(2);
const source = dirname(createRequire(import.meta.url).resolve("pyodide/package.json"));
const glue = readFileSync(join(source, "pyodide.asm.mjs"), "utf8");
const loader = readFileSync(join(source, "pyodide.mjs"), "utf8");
const wasm = readFileSync(join(source, "pyodide.asm.wasm"));

/** What snapshot.mjs asks of Pyodide's allocator. */
const BUILD_ASKS_FOR = ["sbrk", "malloc_usable_size"];

function names(text) {
  const found = new Map();
  for (const [name] of text.matchAll(/[\w$]+/g)) found.set(name, (found.get(name) ?? 0) + 1);
  return found;
}

// `function assignWasmExports(wasmExports){_a=Module["_a"]=wasmExports["a"];…}` names every export, and so
// does a list of `var`s; a name that stands nowhere else is asked for by nobody.
const start = glue.indexOf("function assignWasmExports(");
const end = glue.indexOf("}", start);
const open = glue.indexOf("{", start) + 1;
if (start < 0 || end < open) throw new Error("slim.mjs: Pyodide's glue is not of the known form");
const assignments = glue.slice(open, end).split(";");
const declarations = [...glue.matchAll(/var (?:[\w$]+,)+[\w$]+;/g)].map(([text]) => text).join("\n");
const everywhere = names(glue + loader);
const mechanical = names(assignments.join(";") + declarations);
const asked = (name) => (everywhere.get(name) ?? 0) > (mechanical.get(name) ?? 0);

const exported = WebAssembly.Module.exports(new WebAssembly.Module(wasm));
const isKept = ({ name, kind }) =>
  !["function", "global"].includes(kind) || asked(name) || asked(`_${name}`) || BUILD_ASKS_FOR.includes(name);
const dropped = new Set(exported.filter((each) => !isKept(each)).map(({ name }) => name));

const isDropped = (statement) => dropped.has(/wasmExports\["([^"]+)"\]/.exec(statement)?.[1]);
const slimmed =
  glue.slice(0, open) + assignments.filter((each) => !isDropped(each)).join(";") + glue.slice(end);

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
writeFileSync(join(target, "pyodide.asm.wasm"), module.emitBinary());
writeFileSync(join(target, "pyodide.asm.mjs"), slimmed);
copyFileSync(join(source, "pyodide.mjs"), join(target, "pyodide.mjs"));
