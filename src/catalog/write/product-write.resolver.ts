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
import { Cost, SizedBy } from '../../graph/cost.js';

/** Points of a call, in addition to those of each product. */
const WRITE_COST = 200;

@Resolver()
export class ProductWriteResolver {
  constructor(private readonly services: ProductWriteServices) {}

  @Requires('catalog:write')
  @Cost(WRITE_COST)
  @SizedBy('input.products', ['products'])
  @Mutation(() => ProductsUpsertPayload, {
    nullable: true,
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
  @Cost(WRITE_COST)
  @Mutation(() => ProductsDeletePayload, {
    nullable: true,
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
