import { expect, test } from '@jest/globals';
import { getNamedType, type GraphQLObjectType, isAbstractType, isObjectType } from 'graphql';
import { createSchema } from '../../src/app/schema.js';
import { requiredScope } from '../../src/graph/requires.js';

/** What callers see of holds, boards, jobs, and their own writes without `catalog:read`. */
const BESIDE_THE_CATALOG = [
  ...['Board', 'BoardConnection', 'BoardDeletePayload', 'BoardEdge', 'BoardPayload'],
  ...['Design', 'DesignConnection', 'DesignDeletePayload', 'DesignEdge', 'DesignGarment', 'DesignJob'],
  ...['DesignJobPayload', 'Image', 'ImageTrust', 'TechPack'],
  ...['ImagesReleasePayload', 'QuarantinedImage', 'QuarantinedImageConnection', 'QuarantinedImageEdge'],
  ...[
    'GeoPoint',
    'Hold',
    'HoldLine',
    'HoldPayload',
    'ImageJob',
    'ImageJobConnection',
    'ImageJobEdge',
    'InventoryLevel',
  ],
  ...['PageInfo', 'Pin', 'PinConnection', 'PinEdge', 'Price', 'PricesSetPayload', 'ProductsDeletePayload'],
  ...['ProductsUpsertPayload', 'StockLocation', 'StockPayload', 'UserError', 'Watch'],
  ...['WatchConnection', 'WatchDeletePayload', 'WatchEdge', 'WatchEvent', 'WatchEventConnection'],
  ...['WatchEventEdge', 'WatchPayload'],
];
/** They check the scope of the type that an id names. */
const BY_TYPE = ['Query.node', 'Query.nodes'];

const schema = createSchema();
const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()].flatMap(
  (root) => root ?? [],
);

test('every root field declares its scope', () => {
  const scopes = roots.flatMap((root) =>
    Object.values(root.getFields()).map((field) => [
      `${root.name}.${field.name}`,
      requiredScope(root.name, field, true) ?? 'everyone',
    ]),
  );
  expect(Object.fromEntries(scopes)).toMatchInlineSnapshot(`
   {
     "Mutation.boardCreate": "boards",
     "Mutation.boardDelete": "boards",
     "Mutation.boardUpdate": "boards",
     "Mutation.designCancel": "boards",
     "Mutation.designCreate": "boards",
     "Mutation.designDelete": "boards",
     "Mutation.holdConfirm": "holds:confirm",
     "Mutation.holdCreate": "everyone",
     "Mutation.holdExtend": "everyone",
     "Mutation.holdRelease": "everyone",
     "Mutation.holdReplace": "everyone",
     "Mutation.imagesRelease": "catalog:write",
     "Mutation.pinAdd": "boards",
     "Mutation.pinRemove": "boards",
     "Mutation.pricesSet": "prices:write",
     "Mutation.productsDelete": "catalog:write",
     "Mutation.productsUpsert": "catalog:write",
     "Mutation.stockAdjust": "stock:write",
     "Mutation.stockSet": "stock:write",
     "Mutation.watchCreate": "boards",
     "Mutation.watchDelete": "boards",
     "Query.board": "boards",
     "Query.boards": "boards",
     "Query.brands": "catalog:read",
     "Query.categories": "catalog:read",
     "Query.channel": "catalog:read",
     "Query.channels": "catalog:read",
     "Query.design": "boards",
     "Query.designJob": "boards",
     "Query.designs": "boards",
     "Query.hold": "everyone",
     "Query.identify": "catalog:read",
     "Query.imageJobs": "catalog:write",
     "Query.locations": "catalog:read",
     "Query.look": "catalog:read",
     "Query.matchSku": "catalog:read",
     "Query.node": "everyone",
     "Query.nodes": "everyone",
     "Query.product": "catalog:read",
     "Query.products": "catalog:read",
     "Query.quarantinedImages": "catalog:write",
     "Query.sku": "catalog:read",
     "Query.skus": "catalog:read",
     "Query.styles": "catalog:read",
     "Query.suggest": "catalog:read",
     "Query.visualSearch": "catalog:read",
     "Query.watch": "boards",
     "Query.watches": "boards",
     "Subscription.availabilityChanged": "catalog:read",
     "Subscription.designProgress": "boards",
     "Subscription.watchEvents": "boards",
   }
  `);
});

// Without @Requires on Board.ideas, a caller that may only use boards reads the catalog.
test('nothing leads to the catalog without catalog:read', () => {
  const reached = new Set<string>();
  const follow = (type: GraphQLObjectType, isRoot: boolean): void => {
    if (!isRoot && reached.has(type.name)) return;
    if (!isRoot) reached.add(type.name);
    for (const field of Object.values(type.getFields())) {
      if (BY_TYPE.includes(`${type.name}.${field.name}`)) continue;
      if (requiredScope(type.name, field, isRoot) === 'catalog:read') continue;
      const named = getNamedType(field.type);
      const types = isAbstractType(named) ? schema.getPossibleTypes(named) : [named];
      for (const next of types) if (isObjectType(next)) follow(next, false);
    }
  };
  for (const root of roots) follow(root, true);
  expect([...reached].sort()).toEqual(BESIDE_THE_CATALOG.sort());
});

test('a root field that declares no scope is refused by name', () => {
  const [query] = roots;
  const field = query?.getFields()['channel'];
  if (field === undefined) throw new Error('there is a field channel');
  expect(() => requiredScope('Query', { ...field, extensions: {} }, true)).toThrow(
    'Query.channel declares no scope: decorate it with @Requires',
  );
});
