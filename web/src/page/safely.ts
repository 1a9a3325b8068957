/** Writes to the console, which a page may have replaced by half of one. */
export function log(...words: unknown[]): void {
  try {
    console.warn(...words);
  } catch {
    // Then nobody reads it.
  }
}

/** Whatever goes wrong in here stays in here: the page must not notice. */
export function safely<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    log("edgee:", error);
    return;
  }
}

/** Listens, safely. */
export function on(target: EventTarget, type: string, heard: (event: Event) => void): void {
  target.addEventListener(type, (event) => safely(() => heard(event)));
}
