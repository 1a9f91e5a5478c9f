import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { ON_ERROR } from '../graph/on-error.js';
import { ItemBox } from '../images/box.types.js';
import { Image } from '../images/image.types.js';
import { toImageTrust } from '../images/image-trust.types.js';
import { instantiate } from '../graph/node.js';
import { PAGING } from '../graph/page-info.js';
import { ProductFilter, WHERE } from '../catalog/product-filter.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { Label } from '../identify/label.types.js';
import { ImageInput } from '../images/image-input.types.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import { isComplete } from './complete.js';
import { findItems } from './find-items.js';
import type { LookServices } from './look-services.js';
import { matchItem } from './match-item.js';
import { describeLookImage, findLookImage } from './look-image.js';
import { Look, LookItem } from './look.types.js';
import { Cost, Paged, SizedBy } from '../graph/cost.js';

const DEFAULT_ITEMS = 6;
const DEFAULT_FIRST = 12;
/** It looks for people, encodes several parts of an image, and queries the index about all of them. */
const LOOK_COST = 3_000;
/** It queries Postgres, and also the index if the filter is not the default one. */
const MATCHES_COST = 800;
/** It decodes the image again. */
const IMAGE_COST = 50;
const COMPLETE_COST = 200;
/** It queries Postgres once for all items. */
const LABEL_COST = 50;

@Resolver(() => Look)
export class LookResolver {
  constructor(private readonly services: LookServices) {}

  @Requires('catalog:read')
  @Cost(LOOK_COST)
  @SizedBy('maxItems', ['items'])
  @Query(() => Look, {
    nullable: true,
    description:
      'Finds the items in a photo, and, for each item, products that look like it and can be bought now.',
  })
  async look(
    @Ctx() context: Context,
    @Arg('image', () => ImageInput, { description: 'The photo.' }) input: ImageInput,
    @Arg('maxItems', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_ITEMS,
      description: 'The maximum number of items to return, from 1 to 8. The largest ones are returned.',
    })
    maxItems: number | null,
  ): Promise<Look> {
    const source = await findLookImage(input, { ...this.services, images: context.loaders.images });
    const items = await findItems(this.services, context, source, maxItems ?? DEFAULT_ITEMS);
    const look = instantiate(Look, { source });
    look.items = items.map((found) =>
      instantiate(LookItem, {
        found,
        look,
        box: instantiate(ItemBox, found.box),
        trust: found.query.trust && toImageTrust(found.query.trust),
      }),
    );
    return look;
  }

  @Cost(IMAGE_COST)
  @FieldResolver(() => Image, {
    nullable: true,
    description: `The image. An image sent as base64 or by URL is stored like an upload. ${ON_ERROR}`,
  })
  image(@Root() { source }: Look, @Ctx() { loaders }: Context): Promise<Image> {
    return describeLookImage(source, loaders);
  }

  @Cost(COMPLETE_COST)
  @FieldResolver(() => Boolean, {
    nullable: true,
    description: `Whether there are items and every item has a match that can be bought now. ${ON_ERROR}`,
  })
  complete(@Root() { items }: Look, @Ctx() context: Context): Promise<boolean> {
    return isComplete(
      this.services,
      context,
      items.map(({ found }) => found),
    );
  }
}

@Resolver(() => LookItem)
export class LookItemResolver {
  constructor(private readonly services: LookServices) {}

  @Cost(LABEL_COST)
  @FieldResolver(() => Label, {
    nullable: true,
    description: `The most likely category and its calibrated confidence, even if it is low. The confidence is 0 while the catalog is too small for calibration, and for a garment on a person if none of the most similar products may hang there. If a detector found the item, such as a bag that a person carries, the label comes from the detector. ${ON_ERROR}`,
  })
  label(@Root() { found }: LookItem): Promise<Label> {
    return found.label();
  }

  @Cost(MATCHES_COST)
  @Paged()
  @FieldResolver(() => VisualMatchConnection, {
    nullable: true,
    description: `Products that look like the item and can be bought now. This is the same search as visualSearch with the image of the look and the box of the item, so its cursors are valid there too. ${ON_ERROR}`,
  })
  matches(
    @Root() { found, look }: LookItem,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: PAGING.first })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description:
        'Returns the matches of one item after this cursor; the other items return an empty page. Null: starts with the first match.',
    })
    after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true, description: WHERE })
    where: ProductFilter | null | undefined,
  ): Promise<VisualMatchConnection> {
    const others = look.items.map((item) => item.found).filter((item) => item !== found);
    return matchItem(this.services, context, found, others, {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: 0,
    });
  }
}
