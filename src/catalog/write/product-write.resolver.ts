import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import { requireScope } from '../../access/caller.js';
import type { Context } from '../../graph/request-context.js';

import {
  ProductsDeleteInput,
  ProductsDeletePayload,
  ProductsPayload,
  ProductsUpsertInput,
} from './product-write.types.js';
import { productsDelete } from './products-delete.js';
import { productsUpsert } from './products-upsert.js';

/** A call that locks and writes hundreds of rows weighs as much as so many fields that are read. */
const WRITE_COST = 200;

@Resolver()
export class ProductWriteResolver {
  @Mutation(() => ProductsPayload, {
    complexity: WRITE_COST,
    description:
      'Adds and changes products: all of them or none. Takes an API key with the scope catalog:write. Prices and stock have their own mutations, pricesSet and stockSet: a product without a price is offered nowhere.',
  })
  productsUpsert(
    @Ctx() context: Context,
    @Arg('input', () => ProductsUpsertInput) input: ProductsUpsertInput,
  ): Promise<ProductsPayload> {
    requireScope(context.caller, 'catalog:write');
    return productsUpsert(context, input);
  }

  @Mutation(() => ProductsDeletePayload, {
    complexity: WRITE_COST,
    description:
      'Deletes products with their SKUs, prices, stock and images: all of them or none. One with an SKU in an active hold cannot go. Takes an API key with the scope catalog:write.',
  })
  productsDelete(
    @Ctx() context: Context,
    @Arg('input', () => ProductsDeleteInput) input: ProductsDeleteInput,
  ): Promise<ProductsDeletePayload> {
    requireScope(context.caller, 'catalog:write');
    return productsDelete(context, input);
  }
}
