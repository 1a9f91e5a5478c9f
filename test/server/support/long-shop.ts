import { buildSchema, type GraphQLSchema } from 'graphql';
import { RequestError } from '../../../src/errors.js';
import { objectType } from './object-type.js';

const SDL = `
  directive @cost(weight: Int!) on FIELD_DEFINITION
  directive @listSize(
    assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean
  ) on FIELD_DEFINITION

  type Query {
    products(first: Int = 10): [Product!]
      @listSize(slicingArguments: ["first"], requireOneSlicingArgument: false)
  }
  type Subscription {
    told: Product!
  }
  type Product {
    id: ID!
    description: String @cost(weight: 5)
    note: String
    broken: String
    skus: [Sku!] @listSize(assumedSize: 5)
    facets: [Sku!] @cost(weight: 500) @listSize(assumedSize: 5)
    failing: [Sku!] @cost(weight: 500) @listSize(assumedSize: 5)
  }
  type Sku {
    code: String!
    also: String!
  }
`;

/** In UTF-8 a character takes three bytes. */
export const LONG_TEXT = '長い説明文、'.repeat(3_333);

const sku = { code: 'C', also: 'A' };
const product = {
  id: 'p',
  description: LONG_TEXT,
  note: 'short',
  skus: Array<typeof sku>(2_000).fill(sku),
  facets: [],
};

/** Products with the longest descriptions and the most SKUs that partners can write. */
export function longShop(): GraphQLSchema {
  const schema = buildSchema(SDL);
  const products = objectType(schema, 'Query').getFields()['products'];
  const { broken, failing } = objectType(schema, 'Product').getFields();
  const told = objectType(schema, 'Subscription').getFields()['told'];
  if (!products || !broken || !failing || !told) throw new Error('the schema has these fields');
  products.resolve = (_source, { first }: { first: number }) => Array<typeof product>(first).fill(product);
  broken.resolve = () => {
    throw new RequestError('NOT_FOUND', 'It is not there.');
  };
  failing.resolve = async () => {
    throw new RequestError('SERVICE_OVERLOADED', 'It took too long.');
  };
  told.subscribe = async function* () {
    yield { told: product };
  };
  return schema;
}
