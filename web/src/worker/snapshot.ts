/**
 * A packed memory snapshot of Python, and how Pyodide is started from it.
 *
 * Layout (32-bit words are little-endian): magic, length of Pyodide's own snapshot header, length of the
 * memory, length of the part that lies over the .wasm file's data section; then that header; then a map
 * of the memory's 256-byte blocks, a bit each, lowest first; then the blocks that are not zero. Blocks
 * over the data section are differences to it (exclusive or): the visitor has it already.
 */

const magic = 0x53474445;
const blockLength = 256;

export interface Snapshot {
  /** Pyodide's own header: it names the build, and the JavaScript objects that Python holds. */
  header: Uint8Array;
  memoryLength: number;
  pristineLength: number;
  /** Writes the frozen memory over a fresh one; pristine is the data section as it was loaded. */
  thaw(memory: Uint8Array, pristine: Uint8Array): void;
}

/** Throws where the bytes are no packed snapshot. */
export function unpack(bytes: ArrayBuffer): Snapshot {
  const [found, headerLength, memoryLength, pristineLength] = new Uint32Array(bytes, 0, 4) as unknown as [
    number, number, number, number,
  ];
  if (found !== magic) throw new Error("this is no snapshot");
  const header = new Uint8Array(bytes, 16, headerLength);
  const blocks = memoryLength / blockLength;
  const mapLength = Math.ceil(blocks / 8 / 4) * 4;
  const map = new Uint8Array(bytes, 16 + headerLength, mapLength);
  const body = new Uint8Array(bytes, 16 + headerLength + mapLength);

  const thaw = (memory: Uint8Array, pristine: Uint8Array) => {
    memory.set(pristine);
    memory.fill(0, pristineLength);
    let from = 0;
    for (let block = 0; block < blocks; block++) {
      if (!(map[block >> 3]! & (1 << (block & 7)))) continue;
      const at = block * blockLength;
      const frozen = body.subarray(from, (from += blockLength));
      if (at >= pristineLength) memory.set(frozen, at);
      else for (let byte = 0; byte < blockLength; byte++) memory[at + byte]! ^= frozen[byte]!;
    }
  };
  return { header, memoryLength, pristineLength, thaw };
}

type Instantiate = (
  imports: { env: { memory?: WebAssembly.Memory } },
  done: (instance: WebAssembly.Instance, wasm: WebAssembly.Module) => void,
) => object;

/** The settings that Pyodide hands to Emscripten, as far as they matter here. */
export interface ModuleSettings {
  INITIAL_MEMORY?: number;
  instantiateWasm: Instantiate;
}

export interface PyodideModule {
  HEAPU8: Uint8Array;
  API: { restoreSnapshot(snapshot: Uint8Array): unknown };
}

export type CreateModule = (settings: ModuleSettings) => Promise<PyodideModule>;

/**
 * Pyodide's module factory, made to restore from a packed snapshot. Pyodide itself is given the header
 * alone: it checks the build (another one's snapshot is refused) and restores the references to JavaScript.
 */
export function thawing(create: CreateModule, snapshot: Snapshot): CreateModule {
  return async (settings) => {
    let pristine = new Uint8Array();
    const instantiate = settings.instantiateWasm;
    settings.INITIAL_MEMORY = snapshot.memoryLength;
    settings.instantiateWasm = (imports, done) =>
      instantiate(imports, (instance, wasm) => {
        const memory = (instance.exports.memory ?? imports.env.memory) as WebAssembly.Memory;
        // Before its constructors run: they write into it.
        pristine = new Uint8Array(memory.buffer.slice(0, snapshot.pristineLength));
        done(instance, wasm);
      });
    const module = await create(settings);
    const restore = module.API.restoreSnapshot;
    module.API.restoreSnapshot = (header) => {
      const references = restore(header);
      snapshot.thaw(module.HEAPU8, pristine);
      return references;
    };
    return module;
  };
}
