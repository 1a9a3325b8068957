/**
 * Match quality, drawn. Which identifiers there are, what each is worth and which an event carries or
 * lacks, the relay says (edgee_py/pinterest/quality.py); here it is only added up.
 */
import { element } from "./dom.js";
import { number, percent } from "./locale.js";

/** For each identifier of the guide, how many of the events could carry it and how many do. */
export function coverage(guide, items) {
  const sums = new Map(guide.map((each) => [each.name, { ...each, of: 0, carried: 0, lackedBy: new Map() }]));
  let events = 0;
  for (const { quality, name } of items) {
    if (!quality) continue;
    events += 1;
    for (const each of quality.carried) {
      const sum = sums.get(each);
      if (sum) sum.carried += 1;
      if (sum) sum.of += 1;
    }
    for (const each of quality.lacking) {
      const sum = sums.get(each);
      if (!sum) continue;
      sum.of += 1;
      sum.lackedBy.set(name, (sum.lackedBy.get(name) ?? 0) + 1);
    }
  }
  return { events, sums: [...sums.values()] };
}

/** The sum worth adding to first; null where nothing is missing. A rare one is missing by right where any has it. */
export function nextBest(sums) {
  const gain = ({ worth, of, carried, rare }) => (rare && carried ? 0 : worth * (of - carried));
  const best = sums.reduce((most, each) => (gain(each) > gain(most) ? each : most), sums[0]);
  return best && gain(best) > 0 ? best : null;
}

/** How much of what the events could carry they do, 0 to 1; of what only some visitors have, nothing is expected. */
export function share(sums) {
  const expected = sums.filter(({ rare, carried }) => !rare || carried);
  const of = expected.reduce((total, each) => total + (each.rare ? each.carried : each.of), 0);
  return of ? expected.reduce((total, each) => total + each.carried, 0) / of : 0;
}

export function bar({ name, label, of, carried }, isBest) {
  const fill = element("i");
  fill.style.width = of ? `${(100 * carried) / of}%` : "0";
  const part = `${number(carried)} of ${number(of)}`;
  const count = of ? percent(carried / of) : "–";
  return element(
    "li",
    { className: isBest ? "best" : "", dataset: { identifier: name } },
    element("span", { textContent: label }),
    element("span", { className: "count", textContent: count, title: part }, element("span", { className: "unseen", textContent: ` (${part})` })),
    element("span", { className: "track" }, fill),
  );
}

/** Where the best is missing, in words. */
export function missing({ of, carried, lackedBy }) {
  const [[most, count]] = [...lackedBy].sort(([, one], [, other]) => other - one);
  const where = lackedBy.size > 1 ? `, most of them ${most} (${number(count)})` : ` (${most})`;
  return `${number(of - carried)} of ${number(of)} events lack it${where}.`;
}
