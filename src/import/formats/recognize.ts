import { RequestError } from '../../errors.js';
import type { FeedSource } from '../source/open-source.js';
import { acp } from './acp.js';
import type { FeedFormat, ProductFormat } from './format.js';
import { localInventory } from './local-inventory.js';
import { magento } from './magento.js';
import { hasTexts, merchantCenter } from './merchant-center.js';
import { metaCatalog } from './meta-catalog.js';
import { shopXml } from './shop-xml.js';
import { shopifyTranslations } from './shopify-translations.js';
import { shopify, shopifyWithoutTracker } from './shopify.js';
import { vendure } from './vendure.js';
import { wix } from './wix.js';
import { wooCommerce } from './woocommerce.js';

/** The first that recognizes a feed reads it: those with columns of their own come first. */
export const FORMATS: readonly FeedFormat[] = [
  localInventory,
  shopifyTranslations,
  shopify,
  shopifyWithoutTracker,
  wooCommerce,
  magento,
  vendure,
  wix,
  metaCatalog,
  shopXml,
  acp,
  merchantCenter,
];

/** Column names in a message. */
const MAX_NAMED = 12;

/** The format of a feed that is read for its texts alone. @throws RequestError BAD_USER_INPUT it has none */
export function recognizeTexts(path: string, source: FeedSource): ProductFormat {
  const format = hasTexts(source)
    ? (FORMATS.find((candidate) => candidate.recognizes(source)) ?? merchantCenter)
    : recognize(path, source);
  if (format.lists === 'products') return format;
  throw new RequestError('BAD_USER_INPUT', `${path} is about stock alone: it has no texts to import.`);
}

/** The format of a feed. @throws RequestError BAD_USER_INPUT no format has such columns */
export function recognize(path: string, source: FeedSource): FeedFormat {
  const format = FORMATS.find((candidate) => candidate.recognizes(source));
  if (format !== undefined) return format;
  const columns = [...source.columns];
  const more = columns.length > MAX_NAMED ? `, and ${columns.length - MAX_NAMED} more` : '';
  throw new RequestError(
    'BAD_USER_INPUT',
    `${path} is not a product feed of a known format: its columns are ${columns.slice(0, MAX_NAMED).join(', ')}${more}. ` +
      'A feed has at least the columns id, title, price, and availability. If it has them by other names, say which ' +
      'they are with --columns (docs/import.md).',
  );
}
