/** Numbers and times as the visitor's locale writes them. */

const numbers = new Intl.NumberFormat();
const percents = new Intl.NumberFormat(undefined, { style: "percent" });
const tenths = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const currencies = new Map();
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit", fractionalSecondDigits: 3, hourCycle: "h23" });
const calendar = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" });

/** A number of things. */
export const number = (value) => numbers.format(value);

/** A part of a whole, 0 to 1. */
export const percent = (part) => percents.format(part);

/** The time of day of milliseconds since 1970, to the millisecond. */
export const time = (at) => clock.format(at);

/** Day and time, with the time zone. */
export const day = (at) => calendar.format(at);

/** How long milliseconds are. */
export function span(ms) {
  if (ms < 1000) return `${number(ms)} ms`;
  return ms < 60_000 ? `${tenths.format(ms / 1000)} s` : `${number(Math.round(ms / 60_000))} min`;
}

/** An amount as an event holds it, both parts being texts; what is no amount stays as it is. */
export function amount(value, currency = "") {
  if (!Number.isFinite(Number(value))) return `${value} ${currency}`.trim();
  if (!/^[A-Z]{3}$/.test(currency)) return `${number(value)} ${currency}`.trim();
  if (!currencies.has(currency)) currencies.set(currency, new Intl.NumberFormat(undefined, { style: "currency", currency, currencyDisplay: "code" }));
  return currencies.get(currency).format(value);
}
