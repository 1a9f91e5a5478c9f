import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Image } from '../images/image.types.js';
import { instantiate } from '../graph/node.js';
import { ProductFilter } from '../catalog/product-filter.types.js';
import type { Context } from '../graph/request-context.js';
import { Label } from '../identify/label.types.js';
import { ImageInput } from '../images/image-input.types.js';
import { VisualMatchConnection } from '../search/visual-search.types.js';
import { isComplete } from './complete.js';
import { findItems } from './find-items.js';
import { matchItem } from './match-item.js';
import { describeLookImage, findLookImage } from './look-image.js';
import { Box, Look, LookItem } from './look.types.js';

const DEFAULT_ITEMS = 6;
const DEFAULT_FIRST = 12;
/** Encodes several parts of an image and asks the index of all: as much as two searches. */
const LOOK_COST = 600;
/** Asks Postgres, and the index where the filter is not the default one. */
const MATCHES_COST = 200;
/** Decodes the image once more. */
const IMAGE_COST = 50;
const COMPLETE_COST = 50;
/** Asks Postgres, once for all items. */
const LABEL_COST = 10;

@Resolver(() => Look)
export class LookResolver {
  @Query(() => Look, {
    complexity: LOOK_COST,
    description:
      'The things in a photograph, and for each what looks like it and can be bought now. An image that shows nothing of the kind has none.',
  })
  async look(
    @Ctx() context: Context,
    @Arg('image', () => ImageInput) input: ImageInput,
    @Arg('maxItems', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_ITEMS,
      description: 'From 1 to 8; the largest ones are answered.',
    })
    maxItems: number | null,
  ): Promise<Look> {
    const source = await findLookImage(input, { ...context.services, images: context.images });
    const items = await findItems(context, source, maxItems ?? DEFAULT_ITEMS);
    const look = instantiate(Look, { source });
    look.items = items.map((found) =>
      instantiate(LookItem, { found, look, box: instantiate(Box, found.box) }),
    );
    return look;
  }

  @FieldResolver(() => Image, {
    complexity: IMAGE_COST,
    description: 'The image itself; one that was sent is kept for some days, as an upload is.',
  })
  image(@Root() { source }: Look, @Ctx() { images }: Context): Promise<Image> {
    return describeLookImage(source, { images });
  }

  @FieldResolver(() => Boolean, {
    complexity: COMPLETE_COST,
    description: 'Whether there are items, and each of them has a match that can be bought now.',
  })
  complete(@Root() { items }: Look, @Ctx() context: Context): Promise<boolean> {
    return isComplete(
      context,
      items.map(({ found }) => found),
    );
  }
}

@Resolver(() => LookItem)
export class LookItemResolver {
  @FieldResolver(() => Label, {
    complexity: LABEL_COST,
    description:
      'The likeliest category, with its calibrated confidence, however low; 0 while the catalog is too small to calibrate it. Where a detector is configured, what that says.',
  })
  label(@Root() { found }: LookItem): Promise<Label> {
    return found.label();
  }

  @FieldResolver(() => VisualMatchConnection, {
    complexity: MATCHES_COST,
    description:
      "What looks like it and can be bought now. The same search as visualSearch with the look's image and the item's box, so that a cursor of the one goes on in the other.",
  })
  matches(
    @Root() { found, look }: LookItem,
    @Ctx() context: Context,
    @Arg('first', () => Int, { nullable: true, defaultValue: DEFAULT_FIRST, description: 'From 1 to 100.' })
    first: number | null,
    @Arg('after', () => String, {
      nullable: true,
      description: 'A cursor of one item; the others then answer an empty page.',
    })
    after: string | null | undefined,
    @Arg('where', () => ProductFilter, { nullable: true }) where: ProductFilter | null | undefined,
  ): Promise<VisualMatchConnection> {
    const others = look.items.map((item) => item.found).filter((item) => item !== found);
    return matchItem(context, found, others, {
      where: where ?? null,
      first: first ?? DEFAULT_FIRST,
      after: after ?? null,
      diversity: 0,
    });
  }
}
