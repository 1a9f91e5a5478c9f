import { imageSearchName } from './agreement.js';
import { IMAGE_SEARCH_VERSION, LOOKUP, SEARCH, UCP_SITE, UCP_VERSION } from './protocol.js';

/** Where the schema of the extension for pictures is published: a new version has a new path. */
export const EXTENSION_PATH = `/ucp/schemas/shopping/image_search/${IMAGE_SEARCH_VERSION}.json`;

const fraction = { type: 'number', minimum: 0, maximum: 1 };

const DEFINITIONS = {
  box: {
    type: 'object',
    description: 'A part of the picture, in fractions of its width and height.',
    required: ['x', 'y', 'width', 'height'],
    properties: { x: fraction, y: fraction, width: fraction, height: fraction },
  },
  like: {
    type: 'array',
    description: 'What results should look like. Words in `query` count beside it.',
    minItems: 1,
    maxItems: 2,
    items: {
      type: 'object',
      oneOf: [{ required: ['id'] }, { required: ['image'] }, { required: ['image_url'] }],
      properties: {
        id: { type: 'string', description: 'A product or a variant.' },
        image: {
          type: 'object',
          required: ['content_type', 'data'],
          properties: {
            content_type: { type: 'string', description: 'The media type of the file.' },
            data: { type: 'string', contentEncoding: 'base64', description: 'The file, at most 10 MB.' },
          },
        },
        image_url: {
          type: 'string',
          format: 'uri',
          description: 'An https address of a picture, on a host that the business allows.',
        },
        box: { $ref: '#/$defs/box' },
      },
    },
  },
  match: {
    type: 'object',
    description: 'Why a product was found by a picture.',
    required: ['same_product', 'reasons'],
    properties: {
      probability: {
        ...fraction,
        description:
          'The calibrated probability that this is the pictured product. Absent when it is not calibrated.',
      },
      same_product: {
        type: 'boolean',
        description: 'Whether it is more likely the pictured product than another.',
      },
      reasons: {
        type: 'array',
        items: { type: 'string', examples: ['same_product', 'looks_alike', 'words'] },
      },
    },
  },
  stock: {
    type: ['object', 'null'],
    description: 'When the database said that the variants in the answer have this stock.',
    required: ['as_of', 'proven'],
    properties: {
      as_of: { type: 'string', format: 'date-time', description: 'The moment, during this request.' },
      proven: { const: true },
    },
  },
  found: {
    type: 'object',
    properties: { match: { $ref: '#/$defs/match' }, stock: { $ref: '#/$defs/stock' } },
  },
};

/** The JSON Schema of the extension for pictures at this address; null where it has no name. */
export function imageSearchSchema(publicUrl: string): object | null {
  const name = imageSearchName(publicUrl);
  if (name === null) return null;
  const search = `${UCP_SITE}/schemas/shopping/catalog_search.json`;
  const lookup = `${UCP_SITE}/schemas/shopping/catalog_lookup.json`;
  const products = { properties: { products: { items: { $ref: '#/$defs/found' } } } };
  const product = { properties: { product: { $ref: '#/$defs/found' } } };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: publicUrl + EXTENSION_PATH,
    name,
    version: IMAGE_SEARCH_VERSION,
    title: 'Image search',
    description: 'Search by pictures, with parts of them, and answers with proven stock.',
    requires: { protocol: { min: UCP_VERSION } },
    $defs: {
      ...DEFINITIONS,
      search_request: {
        allOf: [
          { $ref: `${search}#/$defs/search_request` },
          { properties: { like: { $ref: '#/$defs/like' } } },
        ],
      },
      [SEARCH]: { allOf: [{ $ref: `${search}#/$defs/search_response` }, products] },
      [LOOKUP]: {
        oneOf: [
          { allOf: [{ $ref: `${lookup}#/$defs/lookup_response` }, products] },
          { allOf: [{ $ref: `${lookup}#/$defs/get_product_response` }, product] },
        ],
      },
    },
  };
}
