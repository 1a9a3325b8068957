/**
 * Call the SDK, whether it has arrived or not: `edgee("track", { name: "Product Added" })`.
 * Before it arrives the call waits in `window.edgee`, which the SDK replays in order.
 */
export function edgee(method, ...args) {
  window.edgee ??= [];
  if (typeof window.edgee[method] === "function") window.edgee[method](...args);
  else window.edgee.push([method, ...args]);
}
