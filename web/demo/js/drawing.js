const texts = new Map();

/** A lamp's drawing in one of its colours: the picture at once, then the drawing itself, which can be coloured. */
export async function bringToLife(element, product, colour) {
  paint(element, product, colour);
  const picture = element.querySelector("img");
  if (!texts.has(product.id)) texts.set(product.id, await load(product.id));
  const text = texts.get(product.id);
  if (!text) return;
  const drawing = new DOMParser().parseFromString(text, "image/svg+xml").documentElement;
  if (picture.alt) {
    drawing.setAttribute("role", "img");
    drawing.setAttribute("aria-label", picture.alt);
  } else drawing.setAttribute("aria-hidden", "true");
  picture.replaceWith(drawing);
}

/** Colour the drawing in an element. */
export function paint(element, product, colour) {
  const { glaze, tint } = product.colours.find(({ name }) => name === colour) ?? product.colours[0];
  element.style.setProperty("--glaze", glaze);
  element.style.setProperty("--tint", tint ?? "none");
}

async function load(id) {
  try {
    const answer = await fetch(`/art/${id}.svg`);
    return answer.ok ? await answer.text() : null;
  } catch {
    return null; // the picture stays
  }
}
