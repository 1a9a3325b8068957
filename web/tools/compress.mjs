// Writes FILE.br and FILE.gz beside each FILE, at the highest levels, several files at a time.
//
//   node compress.mjs FILE…

import { readFile, writeFile } from "node:fs/promises";
import { basename } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";

const brotli = promisify(brotliCompress);
const gzipped = promisify(gzip);

async function compress(file) {
  const content = await readFile(file);
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY,
    // 16 MiB, the most that browsers take: the wasm is larger than the default window of 4 MiB.
    [constants.BROTLI_PARAM_LGWIN]: constants.BROTLI_MAX_WINDOW_BITS,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  const [br, gz] = await Promise.all([brotli(content, { params }), gzipped(content, { level: 9 })]);
  await Promise.all([writeFile(`${file}.br`, br), writeFile(`${file}.gz`, gz)]);
  const kB = (bytes) => `${Math.ceil(bytes.length / 1000).toLocaleString("en")} kB`;
  console.log(`  ${basename(file)}: ${kB(content)}, brotli ${kB(br)}, gzip ${kB(gz)}`);
}

await Promise.all(process.argv.slice(2).map(compress));
