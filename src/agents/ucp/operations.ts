import { z } from 'zod';
import { cancelCart, createCart, getCart, updateCart } from './cart/carts.js';
import { cartRequest } from './cart/requests.js';
import { getProduct } from './products/get-product.js';
import { lookUpCatalog } from './products/lookup.js';
import { lookupRequest, productRequest, searchRequest } from './products/requests.js';
import { searchCatalog } from './products/search.js';
import { operation, type UcpOperation } from './operation.js';
import { CART, LOOKUP, SEARCH } from './protocol.js';

const PROVEN =
  'Everything in the answer could be bought at stock.as_of: the database was asked for this answer.';

export const SEARCH_CATALOG = operation({
  name: 'search_catalog',
  capability: SEARCH,
  description: `Finds products by pictures (like), by words (query), or both, and by filters. ${PROVEN} Prices are in minor units.`,
  isRead: true,
  argument: 'catalog',
  hasId: false,
  input: searchRequest,
  work: searchCatalog,
});

export const LOOK_UP_CATALOG = operation({
  name: 'lookup_catalog',
  capability: LOOKUP,
  description:
    'Reads products by ids of products or variants, or by SKU codes, with their prices and stock now.',
  isRead: true,
  argument: 'catalog',
  hasId: false,
  input: lookupRequest,
  work: lookUpCatalog,
});

export const GET_PRODUCT = operation({
  name: 'get_product',
  capability: LOOKUP,
  description:
    'Reads one product with its options, which values exist and can be bought beside what is selected, and its variants.',
  isRead: true,
  argument: 'catalog',
  hasId: false,
  input: productRequest,
  work: getProduct,
});

/** Operations on a cart that is named have no body. */
const NOTHING = z.unknown();

export const CREATE_CART = operation({
  name: 'create_cart',
  capability: CART,
  description:
    'Reserves variants for the buyer until expires_at, all of them or none. The buyer pays at continue_url.',
  isRead: false,
  argument: 'cart',
  hasId: false,
  input: cartRequest,
  work: createCart,
});

export const GET_CART = operation({
  name: 'get_cart',
  capability: CART,
  description: 'Reads a cart that is still reserved.',
  isRead: true,
  argument: null,
  hasId: true,
  input: NOTHING,
  work: getCart,
});

export const UPDATE_CART = operation({
  name: 'update_cart',
  capability: CART,
  description:
    'Replaces all that a cart reserves, in one step: all of it, or the cart stays as it was. It keeps its id and its expires_at.',
  isRead: false,
  argument: 'cart',
  hasId: true,
  input: cartRequest,
  work: updateCart,
});

export const CANCEL_CART = operation({
  name: 'cancel_cart',
  capability: CART,
  description: 'Gives up the reservation of a cart, and answers what was in it.',
  isRead: false,
  argument: null,
  hasId: true,
  input: NOTHING,
  work: cancelCart,
});

/** All that MCP offers as tools. */
export const OPERATIONS: readonly UcpOperation[] = [
  SEARCH_CATALOG,
  LOOK_UP_CATALOG,
  GET_PRODUCT,
  CREATE_CART,
  GET_CART,
  UPDATE_CART,
  CANCEL_CART,
];
