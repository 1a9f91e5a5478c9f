import { Arg, Ctx, FieldResolver, ID, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { requestPayer } from '../platform/request-payer.js';
import { Requires } from '../graph/requires.js';
import { RequestError } from '../errors.js';
import { Image } from '../images/image.types.js';
import { isShown } from '../images/shown-options.js';
import { readKey } from '../graph/node.js';
import { Product } from './product.types.js';
import { UrlScalar } from '../graph/scalars.js';
import { Sku } from './sku.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import { checkText } from '../graph/text.js';
import { Cost, READ_COST, SizedBy } from '../graph/cost.js';

/** Enough for one call of a partner's sync. */
const MAX_CODES = 250;
/** Points of finding an SKU by its code. */
const SKU_COST = 1;
const MAX_CHECKOUT_QUANTITY = 1_000;

@Resolver(() => Sku)
export class SkuResolver {
  @Requires('catalog:read')
  @Cost(READ_COST)
  @Query(() => Sku, {
    nullable: true,
    description:
      'The SKU with this code or this id: pass exactly one. Null if the channel does not offer it.',
  })
  async sku(
    @Ctx() context: Context,
    @Arg('code', () => String, {
      nullable: true,
      description: "The merchant's code of the SKU. Null when you pass `id`.",
    })
    code: string | null | undefined,
    @Arg('id', () => ID, {
      nullable: true,
      description: 'The id of the SKU. Null when you pass `code`.',
    })
    id: string | null | undefined,
  ): Promise<Sku | null> {
    if ((code == null) === (id == null))
      throw new RequestError('BAD_USER_INPUT', 'sku takes exactly one of code and id.');
    const { skus } = await context.inChannel();
    if (code != null) return skus.byCode.load(checkText('code', code));
    const key = readKey('Sku', id ?? '');
    return key === null ? null : skus.byKey.load(key);
  }

  @Requires('catalog:read')
  @Cost(SKU_COST)
  @SizedBy('codes')
  @Query(() => [Sku], {
    nullable: true,
    description:
      'SKUs by code, for synchronization with another system. SKUs that the channel does not offer are left out.',
  })
  async skus(
    @Ctx() context: Context,
    @Arg('codes', () => [String], { description: `The merchant's codes, at most ${MAX_CODES}.` })
    codes: string[],
  ): Promise<Sku[]> {
    if (codes.length > MAX_CODES) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `${codes.length} codes are too many: ask for ${MAX_CODES} at a time.`,
      );
    }
    const { skus } = await context.inChannel();
    const asked = [...new Set(codes.map((code) => checkText('A code', code)))];
    const found = (await skus.byCode.loadMany(asked)).flatMap((sku) => {
      if (sku instanceof Error) throw sku;
      return sku === null ? [] : [sku];
    });
    // Finding none takes the same work, and an empty list costs next to nothing.
    requestPayer()?.owe(asked.length - found.length);
    return found;
  }

  @FieldResolver(() => Product, {
    nullable: true,
    description: `The product that this is a variant of. ${ON_ERROR}`,
  })
  async product(@Root() sku: Sku, @Ctx() context: Context): Promise<Product> {
    const product = await (await context.inChannel()).products.byKey.load(sku.productKey);
    if (product === null)
      throw new RequestError(
        'NOT_FOUND',
        'The product of this SKU was removed from the catalog: repeat the request without `product`.',
      );
    return product;
  }

  @FieldResolver(() => Image, {
    nullable: true,
    description:
      'The image of the SKU, or the first image of the product that shows it. Null when there is neither.',
  })
  async image(@Root() sku: Sku, @Ctx() { loaders: { images } }: Context): Promise<Image | null> {
    if (sku.imageKey !== null) return images.byKey.load(sku.imageKey);
    const ofProduct = await images.byProduct.load(sku.productKey);
    return ofProduct.find(({ shows }) => isShown(shows, sku.optionValues)) ?? null;
  }

  @FieldResolver(() => UrlScalar, {
    nullable: true,
    description: 'Where to buy the SKU. Null when the channel has no checkout URL.',
  })
  async checkoutUrl(
    @Root() sku: Sku,
    @Ctx() context: Context,
    @Arg('quantity', () => Int, {
      nullable: true,
      defaultValue: 1,
      description: `The number of units to buy, from 1 to ${MAX_CHECKOUT_QUANTITY}.`,
    })
    given: number | null,
  ): Promise<string | null> {
    const quantity = given ?? 1;
    if (quantity < 1 || quantity > MAX_CHECKOUT_QUANTITY) {
      throw new RequestError(
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
