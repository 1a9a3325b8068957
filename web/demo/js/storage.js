/** A JSON value in the browser's storage; where storage is blocked it lasts as long as the page. */
export class Stored {
  #area;
  #key;
  #value;

  constructor(area, key, initial) {
    this.#key = `halflight.${key}`;
    this.#value = initial;
    try {
      this.#area = window[area];
    } catch {
      this.#area = null;
    }
  }

  get() {
    try {
      const text = this.#area?.getItem(this.#key);
      if (text != null) this.#value = JSON.parse(text);
    } catch {
      // Someone else's or a half-written value: the last good one stands.
    }
    return this.#value;
  }

  set(value) {
    this.#value = value;
    try {
      this.#area?.setItem(this.#key, JSON.stringify(value));
    } catch {
      // Full or blocked storage must not stop a purchase.
    }
  }
}
