import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { UserError } from '../errors.js';
import { skuAvailability } from '../inventory/availability.js';
import { SkuAvailability } from '../inventory/availability.types.js';
import { skuPrice } from '../pricing/price.js';
import { Price } from '../pricing/price.types.js';
import { Image } from '../images/image.types.js';
import { readKey } from '../graph/node.js';
import { Product } from './product.types.js';
import { UrlScalar } from '../graph/scalars.js';
import { Sku } from './sku.types.js';
import { checkText } from '../graph/text.js';

/** One call of a partner's sync. */
const MAX_CODES = 250;
const MAX_CHECKOUT_QUANTITY = 1_000;

@Resolver(() => Sku)
export class SkuResolver {
  @Query(() => Sku, {
    nullable: true,
    description: 'An SKU by the merchant’s code or by id; null where the channel does not offer it.',
  })
  async sku(
    @Ctx() context: Context,
    @Arg('code', () => String, { nullable: true }) code: string | null | undefined,
    @Arg('id', () => ID, { nullable: true }) id: string | null | undefined,
  ): Promise<Sku | null> {
    if ((code == null) === (id == null))
      throw new UserError('BAD_USER_INPUT', 'sku takes exactly one of code and id.');
    const { skus } = await context.inChannel();
    if (code != null) return skus.byCode.load(checkText('code', code));
    const key = readKey('Sku', id ?? '');
    return key === null ? null : skus.byKey.load(key);
  }

  @Query(() => [Sku], {
    description:
      'SKUs by code, for a partner’s sync: up to 250 in one call. What the channel does not offer is left out.',
  })
  async skus(@Ctx() context: Context, @Arg('codes', () => [String]) codes: string[]): Promise<Sku[]> {
    if (codes.length > MAX_CODES) {
      throw new UserError(
        'BAD_USER_INPUT',
        `${codes.length} codes are too many: ask for ${MAX_CODES} at a time.`,
      );
    }
    const { skus } = await context.inChannel();
    const found = await skus.byCode.loadMany([...new Set(codes.map((code) => checkText('A code', code)))]);
    return found.flatMap((sku) => {
      if (sku instanceof Error) throw sku;
      return sku === null ? [] : [sku];
    });
  }

  @FieldResolver(() => Product)
  async product(@Root() sku: Sku, @Ctx() context: Context): Promise<Product> {
    const product = await (await context.inChannel()).products.byKey.load(sku.productKey);
    if (product === null)
      throw new UserError('NOT_FOUND', 'The product of this SKU has left the catalog: ask again without it.');
    return product;
  }

  @FieldResolver(() => Price)
  price(@Root() sku: Sku): Price {
    return skuPrice(sku);
  }

  @FieldResolver(() => SkuAvailability)
  availability(@Root() sku: Sku): SkuAvailability {
    return skuAvailability(sku);
  }

  @FieldResolver(() => Image, { nullable: true, description: 'Its own image, or the first of the product.' })
  async image(@Root() sku: Sku, @Ctx() { images }: Context): Promise<Image | null> {
    if (sku.imageKey !== null) return images.byKey.load(sku.imageKey);
    return (await images.byProduct.load(sku.productKey))[0] ?? null;
  }

  @FieldResolver(() => UrlScalar, {
    nullable: true,
    description: 'Where to buy it, from the template of the channel; null where the channel has none.',
  })
  async checkoutUrl(
    @Root() sku: Sku,
    @Ctx() context: Context,
    @Arg('quantity', () => Int, { nullable: true, defaultValue: 1 }) given: number | null,
  ): Promise<string | null> {
    const quantity = given ?? 1;
    if (quantity < 1 || quantity > MAX_CHECKOUT_QUANTITY) {
      throw new UserError(
        'BAD_USER_INPUT',
        `quantity is ${quantity}: it must be from 1 to ${MAX_CHECKOUT_QUANTITY}.`,
      );
    }
    const { channel } = await context.inChannel();
    return (
      channel.checkoutUrlTemplate
        ?.replaceAll('{sku}', encodeURIComponent(sku.code))
        .replaceAll('{quantity}', String(quantity)) ?? null
    );
  }
}
