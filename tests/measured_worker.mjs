// The built worker, in a worker that can be asked what it holds: ?worker= names it.

const { instantiateStreaming } = WebAssembly;
let wasm;
let memory;
WebAssembly.instantiateStreaming = async (source, imports) => {
  const made = await instantiateStreaming(source, imports);
  wasm = made.instance.exports;
  memory = wasm.memory ?? imports.env.memory;
  return made;
};

// Waiting for the relay is no work of Python's.
const { send } = XMLHttpRequest.prototype;
let waited = 0;
XMLHttpRequest.prototype.send = function (body) {
  const start = performance.now();
  try {
    send.call(this, body);
  } finally {
    waited += performance.now() - start;
  }
};

/** How much of the memory is not zero, in whole 4 KiB pages: the snapshot's freed memory is zeros. */
function touched() {
  const words = new Uint32Array(memory.buffer);
  let pages = 0;
  for (let page = 0; page < words.length; page += 1024) {
    let word = page;
    while (word < page + 1024 && !words[word]) word++;
    if (word < page + 1024) pages++;
  }
  return pages * 4096;
}

addEventListener("message", (event) => {
  if (event.data !== "measure" && event.data !== "waited") return;
  event.stopImmediatePropagation();
  const answer =
    event.data === "waited"
      ? { waited }
      : { measured: { heap: memory.buffer.byteLength, touched: touched(), references: wasm.hiwire_num_refs() } };
  postMessage(JSON.stringify(answer));
});

await import(new URLSearchParams(location.search).get("worker"));
postMessage('{"imported":true}');
