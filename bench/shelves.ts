const words = (kind: string, list: string): [string, string][] => list.split(' ').map((word) => [word, kind]);

/** Words of street photographs that mean nearly the same; any other word is a kind of its own. */
const KINDS = new Map([
  ...words('shoes', 'shoes sandals boots loafers sneakers pumps heels flats wedges clogs'),
  ...words('bag', 'bag purse clutch backpack'),
  ...words('trousers', 'pants jeans leggings'),
  ...words('outerwear', 'coat jacket blazer cape suit'),
  ...words('top', 'blouse shirt t-shirt sweater top jumper cardigan vest hoodie sweatshirt bodysuit tunic'),
]);

/** The shelf of the shop of flat lays for each kind that it sells. */
const SHELVES = new Map([
  ['shoes', 'shoes'],
  ['trousers', 'bottoms/trousers'],
  ['outerwear', 'outerwear'],
  ['top', 'tops'],
  ['dress', 'dresses'],
  ['hat', 'accessories/hats'],
  ['skirt', 'bottoms/skirts'],
  ['shorts', 'bottoms/shorts'],
]);

/** The kind of a garment of the street, by its type. */
export const kindOf = (type: string): string => KINDS.get(type) ?? type;

/** The shelf on which the shop has such garments; undefined when it sells none. */
export const shelfOf = (type: string): string | undefined => SHELVES.get(kindOf(type));

/** The shelf of a category of the shop: tops and outerwear are one shelf each. */
export const shelfOfCategory = (category: string): string =>
  /^(tops|outerwear)/.exec(category)?.[1] ?? category;
