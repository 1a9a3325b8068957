/** Whatever goes wrong in here stays in here: the page must not notice. */
export function safely<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    console.warn("edgee:", error);
    return undefined;
  }
}

/** Listens, safely. */
export function on(target: EventTarget, type: string, heard: (event: Event) => void): void {
  target.addEventListener(type, (event) => safely(() => heard(event)));
}
