import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { SelectedOptionInput } from '../catalog/write/product-write.types.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { BOX_COST, BoxInput, IMAGE_COST, ImageInput } from '../images/image-input.types.js';
import type { IdentifyServices } from '../identify/identify-services.js';
import { matchSku } from './match-sku.js';
import { SkuMatch } from './sku-match.types.js';
import { Cost } from '../graph/cost.js';

/** It uses the index and Postgres, as a search does. */
const MATCH_COST = 1_200;

@Resolver()
export class SkuMatchResolver {
  constructor(private readonly services: IdentifyServices) {}

  @Requires('catalog:read')
  @Cost(MATCH_COST)
  @Query(() => SkuMatch, {
    nullable: true,
    description:
      'Finds the SKU to buy for an image: the exact product in the pictured color, or else its closest substitute. Fails with NOT_CALIBRATED when the image model has no calibration.',
  })
  matchSku(
    @Ctx() context: Context,
    @Cost(IMAGE_COST)
    @Arg('image', () => ImageInput, { description: 'The image of the product to buy.' })
    image: ImageInput,
    @Cost(BOX_COST)
    @Arg('box', () => BoxInput, {
      nullable: true,
      description:
        'The part of the image to look at. Null: the whole image, and if it shows a person, the largest garment too.',
    })
    box: BoxInput | null | undefined,
    @Arg('options', () => [SelectedOptionInput], {
      nullable: true,
      description:
        'Options that the SKU must have, for example size "M" and color "green". Null: any options.',
    })
    options: SelectedOptionInput[] | null | undefined,
    @Arg('quantity', () => Int, {
      nullable: true,
      defaultValue: 1,
      description: 'The number of units that must be available, from 1 to 1,000,000.',
    })
    quantity: number | null,
  ): Promise<SkuMatch> {
    return matchSku(this.services, context, {
      image,
      box: box ?? null,
      options: options ?? [],
      quantity: quantity ?? 1,
    });
  }
}
