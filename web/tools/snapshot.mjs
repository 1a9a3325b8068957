// Makes what the worker starts Python from:
//
//   node snapshot.mjs SOURCE_FOLDER PYODIDE_FOLDER TARGET_FOLDER
//
//   TARGET/python.zip      byte code, for a start without a snapshot
//   TARGET/snapshot.bin    the memory of a Python that has imported everything (layout: src/worker/snapshot.ts)
//
// SOURCE_FOLDER holds the Python packages, PYODIDE_FOLDER what slim.mjs made: a snapshot fits the very
// Pyodide it was made by. The same sources give the same bytes.

import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { loadPyodide } from "pyodide";
import lock from "pyodide/pyodide-lock.json" with { type: "json" };
import { pack } from "./pack.mjs";

const [source, home, target] = process.argv.slice(2);
const script = (name) => readFileSync(new URL(`pyodide/${name}`, import.meta.url), "utf8");

// pyodide-http looks for these when it is imported; a worker has them.
globalThis.XMLHttpRequest ??= class XMLHttpRequest {};
globalThis.crossOriginIsolated ??= false;

// One hash seed for every visitor: what they hash is their own, and sets come out in the same order.
const env = { HOME: "/home/pyodide", PYTHONHASHSEED: "0" };

/**
 * A fixed clock and no entropy, so that the same sources give the same bytes. Nothing of it is ever used:
 * Python asks the browser for the time and for random bytes each time it needs them.
 */
function standStill() {
  const moment = Date.UTC(1980);
  globalThis.Date = class extends Date {
    constructor(...parts) {
      super(...(parts.length ? parts : [moment]));
    }
    static now() {
      return moment;
    }
  };
  performance.now = () => 0;
  const still = (bytes) => bytes.fill(0);
  Object.defineProperty(globalThis.crypto, "getRandomValues", { value: still });
}

function trim() {
  return loadPyodide({ env }).then((pyodide) => {
    pyodide.mountNodeFS("/source", source);
    pyodide.mountNodeFS("/target", target);
    pyodide.runPython(script("trim.py"));
  });
}

/** Overwrites freed memory with zeros: it compresses to nothing, and no secret of the build stays in it. */
function clearFreed(module) {
  const top = module._sbrk(0);
  // Holds the end of the heap, so that what is taken below it was free before.
  const guard = module._malloc(1 << 20);
  const taken = [];
  const clear = (at) => module.HEAPU8.fill(0, at, at + module._malloc_usable_size(at));
  for (let size = 1 << 19; size >= 8; size = size > 64 ? size >> 1 : size - 8) {
    for (;;) {
      const end = module._sbrk(0);
      const at = module._malloc(size);
      if (at === 0) break;
      if (at > top || module._sbrk(0) !== end) {
        module._free(at);
        break;
      }
      clear(at);
      taken.push(at);
    }
  }
  clear(guard);
  taken.forEach((at) => module._free(at));
  module._free(guard);
}

async function freeze() {
  const { default: createModule } = await import(pathToFileURL(join(home, "pyodide.asm.mjs")));
  let pristine;
  const pyodide = await loadPyodide({
    env,
    indexURL: home,
    lockFileContents: JSON.stringify({ info: lock.info, packages: {} }),
    // Else it would be the path of this file.
    _sysExecutable: "python",
    stdLibURL: join(target, "python.zip"),
    _makeSnapshot: true,
    createPyodideModule: (settings) => {
      const instantiate = settings.instantiateWasm;
      settings.instantiateWasm = (imports, done) =>
        instantiate(imports, (instance, wasm) => {
          const memory = instance.exports.memory ?? imports.env.memory;
          pristine = new Uint8Array(memory.buffer.slice(0));
          done(instance, wasm);
        });
      return createModule(settings);
    },
  });
  pyodide.runPython(script("freeze.py"));
  clearFreed(pyodide._module);
  return pack(pyodide.makeMemorySnapshot(), pristine);
}

try {
  await trim();
  standStill();
  writeFileSync(join(target, "snapshot.bin"), await freeze());
} catch (error) {
  // Not the whole error: Node would print the line of Pyodide's it comes from, a megabyte of it.
  console.error(error.message);
  process.exitCode = 1;
}
