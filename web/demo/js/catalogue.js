export const BRAND = "Halflight";
export const CURRENCY = "EUR";
export const FREE_SHIPPING_FROM = 150;
export const SHIPPING = 9;

const money = new Intl.NumberFormat("en-IE", {
  style: "currency",
  currency: CURRENCY,
  trailingZeroDisplay: "stripIfInteger",
});

/** An amount of euros as a person reads it. */
export const price = (amount) => money.format(amount);

export const CATEGORIES = ["Table", "Pendant", "Floor", "Portable", "Wall"];

/** What we make. `price` is in euros; `glaze` and `tint` colour the drawings in /art. */
export const PRODUCTS = [
  {
    id: "dune",
    sku: "HL-101",
    name: "Dune",
    kind: "Stoneware table lamp",
    category: "Table",
    price: 148,
    picture: "A round stoneware lamp with a linen shade on a dark table, beside a potted plant.",
    summary: "A thrown stoneware body under a wide linen shade. The one we all have at home.",
    story:
      "Every Dune starts as two kilos of clay from Barcelos and forty minutes at the wheel. The rings Marta's fingers leave are never turned away, so no two are quite alike. The linen is woven in Guimarães and softens the bulb to the colour of late afternoon.",
    facts: ["Height 46 cm, shade 34 cm across", "Stoneware, linen, brushed brass", "E27, warm LED bulb included, dimmable", "2 m textile cord with inline switch"],
    colours: [
      { name: "Sand", glaze: "#d9c3a2" },
      { name: "Moss", glaze: "#76835f" },
      { name: "Clay", glaze: "#b5623d" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
  {
    id: "mira",
    sku: "HL-102",
    name: "Mira",
    kind: "Opal globe lamp",
    category: "Table",
    price: 119,
    picture: "A glowing opal glass globe resting on a turned wooden base.",
    summary: "Mouth-blown opal glass resting in a turned wooden bowl. Lift it out to clean it.",
    story:
      "The globe is blown in Marinha Grande, where they have made glass since 1769. It is not fixed to anything: it sits in its base like an egg in a cup, and a fold of felt keeps it quiet.",
    facts: ["Height 30 cm, globe 25 cm across", "Opal glass, solid oak or walnut", "E14, warm LED bulb included, dimmable", "Touch dimmer in the base"],
    colours: [
      { name: "Oak", glaze: "#b98d5d" },
      { name: "Walnut", glaze: "#6f4a31" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
  {
    id: "onda",
    sku: "HL-201",
    name: "Onda",
    kind: "Pleated paper pendant",
    category: "Pendant",
    price: 96,
    picture: "A wide pleated paper lantern hanging in a blue room above a shelf.",
    summary: "Forty hand-pressed pleats of kozo paper. Folds flat, opens like a breath.",
    story:
      "Onda travels in an envelope and opens into a lantern half a metre wide. The paper is treated with persimmon tannin, so it wipes clean and turns a little warmer every year.",
    facts: ["48 cm across, 27 cm high", "Kozo paper, beech rings", "E27, bulb not included, up to 12 W LED", "3 m textile cord, ceiling rose included"],
    colours: [
      { name: "Natural", glaze: "#e9e1d2" },
      { name: "Persimmon", glaze: "#c96f3f", tint: "#e2803f" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
  {
    id: "sol",
    sku: "HL-202",
    name: "Sol",
    kind: "Spun brass pendant",
    category: "Pendant",
    price: 189,
    picture: "A brass dome pendant throwing a cone of light on a bowl of oranges.",
    summary: "One sheet of brass, spun over a wooden form. Light where the plates are.",
    story:
      "Sol throws a clean circle over a table for four and leaves the rest of the room to itself. The brass is waxed, not lacquered: it will darken where it lives and shine where it is touched.",
    facts: ["36 cm across, 28 cm high", "Spun brass or powder-coated steel", "E27, warm LED bulb included, dimmable", "3 m textile cord, ceiling rose included"],
    colours: [
      { name: "Brass", glaze: "#c08a3e" },
      { name: "Ink", glaze: "#2f3444" },
      { name: "Chalk", glaze: "#e6ddcd" },
    ],
    stock: "Made to order, two weeks",
  },
  {
    id: "farol",
    sku: "HL-401",
    name: "Farol",
    kind: "Rechargeable lantern",
    category: "Portable",
    price: 79,
    picture: "A lantern with a carrying handle, glowing on a sea wall at nightfall.",
    summary: "Thirty hours of candlelight with a handle. For balconies, boats and power cuts.",
    story:
      "We wanted the light of a paraffin lantern without the smell. Farol dims from a reading light to a single candle, charges over USB-C, and the battery comes out with one coin screw so it can be replaced in ten years.",
    facts: ["Height 29 cm, 740 g", "Recycled aluminium, ribbed glass, beech", "30 h at candle level, 6 h at full", "IP54: rain is fine, swimming is not"],
    colours: [
      { name: "Pine", glaze: "#3c4a3f" },
      { name: "Brick", glaze: "#94472f" },
      { name: "Salt", glaze: "#d9d2c3" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
  {
    id: "junco",
    sku: "HL-301",
    name: "Junco",
    kind: "Tripod floor lamp",
    category: "Floor",
    price: 320,
    picture: "A wooden tripod floor lamp beside a green armchair.",
    summary: "Three steam-bent ash legs and a big quiet shade. Makes a corner out of a wall.",
    story:
      "The legs lock with a single wooden pin, an old boatbuilder's joint from Aveiro, so Junco comes flat and stands up in a minute. Put it behind a chair and the room has somewhere to go in the evening.",
    facts: ["Height 154 cm, shade 45 cm across", "Ash, cotton shade", "E27, warm LED bulb included, dimmable", "Foot switch on a 2.5 m textile cord"],
    colours: [
      { name: "Ash", glaze: "#c7a272" },
      { name: "Smoked", glaze: "#4b3527" },
    ],
    stock: "In stock, leaves the studio in three days",
  },
  {
    id: "rio",
    sku: "HL-501",
    name: "Rio",
    kind: "Ceramic wall light",
    category: "Wall",
    price: 88,
    picture: "A half-bowl ceramic wall light washing the wall above a shelf of books.",
    summary: "Half a bowl, pressed and fired in Porto. Washes the wall, never the eyes.",
    story:
      "Rio sends most of its light up and lets a little down, so a hallway feels taller than it is. Hang one by the bed, or three along the stairs.",
    facts: ["29 cm wide, 15 cm high, 12 cm deep", "Stoneware, matt glaze", "G9, warm LED bulb included, dimmable", "Wired, or with a plug and cord"],
    colours: [
      { name: "Oat", glaze: "#e6dac6" },
      { name: "Fern", glaze: "#7d8b68" },
      { name: "Night", glaze: "#3b4152" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
  {
    id: "cortica",
    sku: "HL-103",
    name: "Cortiça",
    kind: "Cork desk lamp",
    category: "Table",
    price: 134,
    picture: "A jointed desk lamp on a block of cork, lighting an open notebook.",
    summary: "A block of Alentejo cork keeps this desk lamp standing, and your pencils from rolling.",
    story:
      "Cork is harvested every nine years without felling the tree. It is light, so we hide a disc of recycled steel inside; the joint is brass and stays where you leave it.",
    facts: ["Reach 52 cm, base 18 × 12 cm", "Cork, steel, brass joint", "Built-in LED, 2700 K, replaceable", "Touch dimmer, 2 m textile cord"],
    colours: [
      { name: "Cream", glaze: "#e3d5bb" },
      { name: "Mustard", glaze: "#c4922f" },
    ],
    stock: "In stock, leaves the studio tomorrow",
  },
];

/** The product of this id, or undefined. */
export const productById = (id) => PRODUCTS.find((product) => product.id === id);

/** The product of this article number, or undefined. */
export const productBySku = (sku) => PRODUCTS.find((product) => product.sku === sku);

/** Products whose name, kind, category, materials or colours contain every word of the query. */
export function searchProducts(query) {
  const words = plain(query).split(/\s+/).filter(Boolean);
  return PRODUCTS.filter((product) => {
    const colours = product.colours.map((colour) => colour.name);
    const { name, kind, category, summary, facts } = product;
    const text = plain([name, kind, category, summary, ...facts, ...colours].join(" "));
    return words.every((word) => text.includes(word));
  });
}

/** Lower case and without accents: nobody types the cedilla of Cortiça. */
function plain(text) {
  return text.toLowerCase().normalize("NFD").replace(/\p{M}/gu, "");
}

/** A product as an event names it. */
export function trackedProduct(product, quantity = 1, colour = product.colours[0].name) {
  const { sku, name, category } = product;
  return { sku, name, category, brand: BRAND, variant: colour, price: product.price, quantity };
}
