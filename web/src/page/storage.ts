/** The device's storage, or memory where the browser forbids it (private mode, blocked cookies). */

const memory: Record<string, string | null> = {};

export function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return memory[key] ?? null;
  }
}

/** Returns false where the value is kept in memory only: storage forbidden or full. */
export function write(key: string, value: string | null): boolean {
  try {
    if (!value) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
    return true;
  } catch {
    memory[key] = value;
    return false;
  }
}

/** What the device stores for Python. */
const keys = ["_edgee", "_edgee_user"];

type Stored = Record<string, string | null>;

export function stored(): Stored {
  return Object.fromEntries(keys.map((key) => [key, read(key)]));
}

let known = stored();

/** What is stored now is of our own doing, or told already. */
export function remember(): Stored {
  return (known = stored());
}

/** What of it somebody else has changed since we last looked. */
export function changes(): Stored | undefined {
  const before = known;
  const now = remember();
  const changed = keys.filter((key) => now[key] !== before[key]);
  return changed.length ? Object.fromEntries(changed.map((key) => [key, now[key]!])) : undefined;
}
