import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { BOX_COST, BoxInput, IMAGE_COST, ImageInput } from '../images/image-input.types.js';
import type { IdentifyServices } from './identify-services.js';
import { Identification } from './identification.types.js';
import { identify } from './identify.js';
import { Cost } from '../graph/cost.js';

/** It uses the index and Postgres, as a search does. */
const IDENTIFY_COST = 1_200;

@Resolver()
export class IdentifyResolver {
  constructor(private readonly services: IdentifyServices) {}

  @Requires('catalog:read')
  @Cost(IDENTIFY_COST)
  @Query(() => Identification, {
    nullable: true,
    description:
      'Identifies what an image shows: the exact product if the catalog has it, and labels based on the most similar products. Uncertain results are left out.',
  })
  identify(
    @Ctx() context: Context,
    @Cost(IMAGE_COST)
    @Arg('image', () => ImageInput, { description: 'The image to identify.' })
    image: ImageInput,
    @Cost(BOX_COST)
    @Arg('box', () => BoxInput, {
      nullable: true,
      description:
        'The part of the image to look at. Null: the whole image, and if it shows a person, the largest garment too.',
    })
    box: BoxInput | null | undefined,
  ): Promise<Identification> {
    return identify(this.services, context, image, box ?? null);
  }
}
