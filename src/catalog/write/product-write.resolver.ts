import { Arg, Ctx, Mutation, Resolver } from 'type-graphql';
import type { Context } from '../../graph/request-context.js';
import { Requires } from '../../graph/requires.js';
import {
  ProductsDeleteInput,
  ProductsDeletePayload,
  ProductsUpsertPayload,
  ProductsUpsertInput,
} from './product-write.types.js';
import { productsDelete } from './products-delete.js';
import { productsUpsert, type ProductWriteServices } from './products-upsert.js';

/** A call that locks and writes hundreds of rows costs as much as reading this many fields. */
const WRITE_COST = 200;

@Resolver()
export class ProductWriteResolver {
  constructor(private readonly services: ProductWriteServices) {}

  @Requires('catalog:write')
  @Mutation(() => ProductsUpsertPayload, {
    nullable: true,
    complexity: WRITE_COST,
    description:
      'Creates and updates products: all of them or none. A product without a price is not offered: set prices and stock with pricesSet and stockSet. Requires an API key with the scope catalog:write.',
  })
  productsUpsert(
    @Ctx() context: Context,
    @Arg('input', () => ProductsUpsertInput, { description: 'The products to create or update.' })
    input: ProductsUpsertInput,
  ): Promise<ProductsUpsertPayload> {
    return productsUpsert(this.services, context, input);
  }

  @Requires('catalog:write')
  @Mutation(() => ProductsDeletePayload, {
    nullable: true,
    complexity: WRITE_COST,
    description:
      'Deletes products with their SKUs, prices, stock, and images: all of them or none. A product that has an SKU in an active hold cannot be deleted. Requires an API key with the scope catalog:write.',
  })
  productsDelete(
    @Ctx() context: Context,
    @Arg('input', () => ProductsDeleteInput, { description: 'The products to delete.' })
    input: ProductsDeleteInput,
  ): Promise<ProductsDeletePayload> {
    return productsDelete(this.services.db, context, input);
  }
}
