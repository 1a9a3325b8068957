// Packs a memory snapshot of Pyodide: only blocks that are not zero, and where the .wasm file's own data
// section lies only the difference to it, since the visitor has that already.
// The layout is described where it is unpacked, in src/worker/snapshot.ts.

const MAGIC = 0x53474445; // "EDGS"
const BLOCK = 256;

/** @param snapshot what makeMemorySnapshot() gave  @param fresh the memory as instantiation left it */
export function pack(snapshot, fresh) {
  const headerLength = new Uint32Array(snapshot.buffer, snapshot.byteOffset, 2)[1];
  const header = snapshot.subarray(0, headerLength);
  const heap = snapshot.slice(headerLength);
  const pristineLength = Math.ceil(lastNonZero(fresh) / BLOCK) * BLOCK;
  for (let at = 0; at < pristineLength; at++) heap[at] ^= fresh[at];

  const map = new Uint8Array(Math.ceil(heap.length / BLOCK / 8 / 4) * 4);
  const blocks = [];
  for (let block = 0; block * BLOCK < heap.length; block++) {
    const bytes = heap.subarray(block * BLOCK, (block + 1) * BLOCK);
    if (bytes.some((byte) => byte !== 0)) {
      map[block >> 3] |= 1 << (block & 7);
      blocks.push(bytes);
    }
  }
  const head = new Uint32Array([MAGIC, headerLength, heap.length, pristineLength]);
  return Buffer.concat([new Uint8Array(head.buffer), header, map, ...blocks]);
}

function lastNonZero(bytes) {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end;
}
