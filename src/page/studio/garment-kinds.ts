/** The types of garments that can be designed, in a few groups to choose from. */
export const GARMENT_KINDS = {
  tops: ['t-shirt', 'tank top', 'shirt', 'polo', 'sweater', 'sweatshirt', 'hoodie', 'cardigan'],
  jackets: ['blazer', 'coat', 'denim jacket', 'bomber jacket', 'puffer jacket'],
  dresses: ['dress'],
  skirts: ['skirt'],
  trousers: ['trousers', 'jeans', 'shorts'],
  shoes: ['sneaker', 'boot', 'loafer'],
  bags: ['tote bag', 'handbag', 'backpack'],
  hats: ['beanie', 'cap', 'scarf'],
} as const;

export type GarmentKind = keyof typeof GARMENT_KINDS;
