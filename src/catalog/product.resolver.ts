import type { GraphQLResolveInfo } from 'graphql';
import { Arg, Ctx, FieldResolver, ID, Info, Int, Query, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { RequestError } from '../errors.js';
import { Brand } from './brand.types.js';
import { Category } from './category.types.js';
import { Image } from '../images/image.types.js';
import { listProducts } from './list-products.js';
import { readKey } from '../graph/node.js';
import { PAGING } from '../graph/page-info.js';
import { offerReads } from './offer-reads.js';
import { offered, offersOf } from './offers.js';
import { checkSkuFilter, passes } from './product-filter.js';
import { ProductFilter, SkuFilter, WHERE } from './product-filter.types.js';
import { ProductSort } from './product-sort.types.js';
import { productOptions } from './product-options.js';
import { Attribute, Product, ProductConnection, ProductOption } from './product.types.js';
import { Sku } from './sku.types.js';
import { ON_ERROR } from '../graph/on-error.js';
import { checkText } from '../graph/text.js';
import { AssumedSize, Cost, Paged, READ_COST } from '../graph/cost.js';

const DEFAULT_FIRST = 24;
/** Those of fashion feeds: color, material, pattern, style, era, season, gender, and one more. */
const ATTRIBUTES = 8;
/** Size, color, and rarely a third one. */
const OPTIONS = 2;
/** Points of a page: one statement finds it, and another proves its offers. */
const LIST_COST = 300;
/** Sorting by price or relevance reads every passing product before it can return the first. */
const SORT_COST = 1_000;
/** Finding words reads every product that has one of them, and looking up five typos takes 3 ms. */
const TEXT_COST = 150;

/** The image of an edge shows an SKU that passes. */
const OF_EDGES = new Set(['image']);

@Resolver(() => Product)
export class ProductResolver {
  @Requires('catalog:read')
  @Cost(READ_COST)
  @Query(() => Product, {
    nullable: true,
    description:
      'The product with this handle or this id: pass exactly one. Null if the channel does not offer it.',
  })
  async product(
    @Ctx() context: Context,
    @Arg('handle', () => String, {
      nullable: true,
      description: "The merchant's key of the product. Null when you pass `id`.",
    })
    handle: string | null | undefined,
    @Arg('id', () => ID, {
      nullable: true,
      description: 'The id of the product. Null when you pass `handle`.',
    })
    id: string | null | undefined,
  ): Promise<Product | null> {
    if ((handle == null) === (id == null)) {
      throw new RequestError('BAD_USER_INPUT', 'product takes exactly one of handle and id.');
    }
    const { products } = await context.inChannel();
    if (handle != null) return offered(context, await products.byHandle(checkText('handle', handle)));
    const key = readKey('Product', id ?? '');
    return key === null ? null : offered(context, await products.byKey.load(key));
  }

  @Requires('catalog:read')
  @Cost(LIST_COST)
  @Paged()
  @Query(() => ProductConnection, {
    nullable: true,
    description:
      'The products of the channel that pass the filter. Sorted by NEWEST or by price, a page looks at 1,000 products: it can have fewer than `first` products although there is a next page.',
  })
  async products(
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, { nullable: true, description: PAGING.after })
    after: string | null | undefined,
    @Cost(TEXT_COST)
    @Arg('text', () => String, {
      nullable: true,
      description:
        'Words to find in title, brand, category, attributes, and description, at most 200 characters. "Quoted words" must stand together, and -word excludes a word. Up to five typos are corrected. Null: no text search.',
    })
    text: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
    @Cost(SORT_COST)
    @Arg('sort', () => ProductSort, {
      nullable: true,
      defaultValue: ProductSort.NEWEST,
      description: 'The order of the products. Null: NEWEST.',
    })
    sort: ProductSort | null,
    @Info() info: GraphQLResolveInfo,
  ): Promise<ProductConnection> {
    return listProducts(await context.inChannel(), {
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      text: text ?? null,
      where: where ?? null,
      sort: sort ?? ProductSort.NEWEST,
      reads: offerReads(info, OF_EDGES),
    });
  }

  @FieldResolver(() => Brand, { nullable: true, description: 'The brand. Null when it is unknown.' })
  brand(@Root() product: Product, @Ctx() { loaders: { brands } }: Context): Promise<Brand | null> | null {
    return product.brandKey === null ? null : brands.byKey.load(product.brandKey);
  }

  @FieldResolver(() => Category, { nullable: true, description: `The most specific category. ${ON_ERROR}` })
  category(@Root() product: Product, @Ctx() { loaders: { categories } }: Context): Promise<Category | null> {
    return categories.byKey.load(product.categoryKey);
  }

  @AssumedSize(ATTRIBUTES)
  @FieldResolver(() => [Attribute], {
    nullable: true,
    description: `Color, material, pattern, style, era, season, gender, and other attributes. ${ON_ERROR}`,
  })
  async attributes(@Root() product: Product, @Ctx() context: Context): Promise<Attribute[]> {
    return (await context.inChannel()).products.attributes.load(product.key);
  }

  @FieldResolver(() => [Image], {
    nullable: true,
    description: `The images in the merchant's order. ${ON_ERROR}`,
  })
  images(@Root() product: Product, @Ctx() { loaders: { images } }: Context): Promise<Image[]> {
    return images.byProduct.load(product.key);
  }

  @FieldResolver(() => Image, {
    nullable: true,
    description: 'The first image. Null when the product has none.',
  })
  async featuredImage(
    @Root() product: Product,
    @Ctx() { loaders: { images } }: Context,
  ): Promise<Image | null> {
    return (await images.byProduct.load(product.key))[0] ?? null;
  }

  @AssumedSize(OPTIONS)
  @FieldResolver(() => [ProductOption], {
    nullable: true,
    description: `What a shopper chooses among, such as size and color, with what can be bought of each value. ${ON_ERROR}`,
  })
  async options(@Root() product: Product, @Ctx() context: Context): Promise<ProductOption[]> {
    return productOptions(await offersOf(context, product));
  }

  @FieldResolver(() => [Sku], {
    nullable: true,
    description: `The SKUs that the channel offers, in the merchant's order. ${ON_ERROR}`,
  })
  async skus(
    @Root() product: Product,
    @Ctx() context: Context,
    @Arg('where', () => SkuFilter, {
      nullable: true,
      description: 'Which SKUs to return. Null: all of them.',
    })
    where: SkuFilter | null | undefined,
  ): Promise<readonly Sku[]> {
    const offers = await offersOf(context, product);
    if (where == null) return offers;
    const { channel } = await context.inChannel();
    const condition = checkSkuFilter(where, channel.currencyCode);
    return offers.filter((sku) => passes(sku, condition));
  }
}
