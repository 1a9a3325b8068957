/** A worker for Python: one for the whole origin where the browser has SharedWorker, else the page's own. */

interface Policy {
  createScriptURL(url: string): string;
}

/** Made once: a page's policy may allow each name one time only. */
let policy: Policy | undefined;

/** A worker's address, for pages that start workers from addresses of trusted types only. */
function trusted(address: string): string {
  const { trustedTypes } = window as { trustedTypes?: { createPolicy(name: string, rules: Policy): Policy } };
  try {
    policy ??= trustedTypes?.createPolicy("edgee", { createScriptURL: (url) => url });
    return policy?.createScriptURL(address) ?? address;
  } catch {
    return address; // the page's policy does not name ours
  }
}

/**
 * A worker must be of the page's origin; from a relay elsewhere it comes by way of a blob. `failed` is called where
 * its script cannot be loaded. Throws where the page may have no worker at all.
 */
export function hire(workerUrl: string, failed: () => void): MessagePort | Worker {
  const options = { type: "module", name: workerUrl, extendedLifetime: true } as WorkerOptions;
  let from = workerUrl;
  if (new URL(workerUrl).origin !== location.origin) {
    from = URL.createObjectURL(new Blob([`import "${workerUrl}"`], { type: "text/javascript" }));
  } else {
    try {
      const shared = new SharedWorker(trusted(from), options);
      shared.onerror = failed;
      return shared.port;
    } catch {
      // None in this browser, or forbidden here (a sandboxed frame): a worker of the page's own may do.
    }
  }
  const worker = new Worker(trusted(from), options);
  worker.onerror = failed;
  return worker;
}
