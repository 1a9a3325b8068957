/** Listening to what a page hands to other tools, without a difference to the page or to them. */
import { on, safely } from "../safely";

/**
 * Hands `attach` the global's value, and each that is put in its place: libraries replace their queue by
 * themselves, and pages make theirs anew.
 */
export function onGlobal(name: string, attach: (value: unknown) => void): void {
  const page = window as unknown as Record<string, unknown>;
  let value: unknown;
  const look = () => {
    value = page[name];
    safely(() => attach(value));
  };
  look();
  const before = Object.getOwnPropertyDescriptor(page, name);
  if (!before || (before.configurable && !before.get && !before.set)) {
    const set = (next: unknown) => {
      value = next;
      safely(() => attach(next));
    };
    Object.defineProperty(page, name, { get: () => value, set, configurable: true, enumerable: true });
    return;
  }
  // What `var` has made cannot be watched. Pages replace it while they load, if at all.
  on(document, "DOMContentLoaded", look);
  on(window, "load", look);
}

const attached = new WeakSet<object>();

/** Whether this is the first time; each object is listened to once. */
export function first(value: object): boolean {
  if (attached.has(value)) return false;
  attached.add(value);
  return true;
}

/** Puts `heard` before a method; its own result and its own errors stay the caller's. */
export function wrap(owner: object, name: string, heard: (args: unknown[]) => void): void {
  const original = (owner as Record<string, unknown>)[name];
  if (typeof original !== "function") return;
  const value = function (this: unknown, ...args: unknown[]): unknown {
    safely(() => heard(args));
    return original.apply(this, args);
  };
  // Frozen: nothing can be pushed either, or the page wants nobody to hear.
  safely(() => Object.defineProperty(owner, name, { value, configurable: true, writable: true }));
}

const known = new WeakSet<object>();

/** Hands `hear` what a queue holds, but what another has held before, and then what is pushed. */
export function onPush(queue: unknown[], hear: (item: unknown) => void): void {
  if (!first(queue)) return;
  const each = (item: unknown) => {
    if (typeof item === "object" && item) known.add(item);
    safely(() => hear(item));
  };
  for (const item of Array.from(queue).filter((item) => !known.has(Object(item)))) each(item);
  wrap(queue, "push", (items) => items.forEach(each));
}
