import type { Cells } from '../source/cells.js';
import { listElements } from './elements.js';
import type { Listed, Listing, Pair, ProductFormat } from './format.js';
import { merchantListing } from './merchant-center.js';

/** Columns that only the catalogs of Meta have. */
const OWN =
  /^(?:fb_product_category|quantity_to_sell_on_facebook|inventory|additional_variant_attribute|(?:video|image|style|product_tags|custom_label)\[\d+\].*)$/;

/** The catalog of Meta, for shops on Facebook and Instagram: Merchant Center's columns, and some of its own. */
export const metaCatalog: ProductFormat = {
  name: 'Meta catalog',
  lists: 'products',
  recognizes: ({ columns }) =>
    columns.has('id') && columns.has('title') && [...columns].some((column) => OWN.test(column)),
  read: (records) => listElements(records(), metaListing),
};

/** Values of `visibility` and `status` of what is not sold. */
const NOT_SHOWN = /^(?:hidden|staging|whitelist_only|archived)$/i;

function metaListing(line: number, cells: Cells): Listed<Listing> {
  if ([...cells.all('visibility'), ...cells.all('status')].some((value) => NOT_SHOWN.test(value)))
    return { line, skipped: 'the product is not visible' };
  const listing = merchantListing(line, cells);
  return {
    ...listing,
    options: [...listing.options, ...variantAttributes(cells.all('additional_variant_attribute'))],
  };
}

/** `Scent:Rose,Finish:Matte` is two options. */
const variantAttributes = (values: readonly string[]): Pair[] =>
  values
    .flatMap((value) => value.split(','))
    .flatMap((part): Pair[] => {
      const [name = '', ...value] = part.split(':');
      return value.length === 0 ? [] : [[name.trim(), value.join(':').trim()]];
    });
