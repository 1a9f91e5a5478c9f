import { Arg, Ctx, Int, Query, Resolver } from 'type-graphql';
import { SelectedOptionInput } from '../catalog/write/product-write.types.js';
import type { Context } from '../graph/request-context.js';
import { BoxInput, ImageInput } from '../images/image-input.types.js';
import { matchSku } from './match-sku.js';
import { SkuMatch } from './sku-match.types.js';

/** Asks index and Postgres as a search does. */
const MATCH_COST = 300;

@Resolver()
export class SkuMatchResolver {
  @Query(() => SkuMatch, {
    complexity: MATCH_COST,
    description:
      'Where can I buy exactly this? The SKU to buy for an image in the wanted options: of the very product, else of the closest substitute of its kind. Fails with NOT_CALIBRATED where the encoder has no calibration.',
  })
  matchSku(
    @Ctx() context: Context,
    @Arg('image', () => ImageInput) image: ImageInput,
    @Arg('box', () => BoxInput, { nullable: true, description: 'Only this part of it.' })
    box: BoxInput | null | undefined,
    @Arg('options', () => [SelectedOptionInput], {
      nullable: true,
      description: 'All of them must hold for one SKU, for example size M and color green.',
    })
    options: SelectedOptionInput[] | null | undefined,
    @Arg('quantity', () => Int, {
      nullable: true,
      defaultValue: 1,
      description: 'So many must be sellable, from 1 to 1,000,000.',
    })
    quantity: number | null,
  ): Promise<SkuMatch> {
    return matchSku(context, { image, box: box ?? null, options: options ?? [], quantity: quantity ?? 1 });
  }
}
