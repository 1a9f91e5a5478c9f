import { Arg, Ctx, Query, Resolver } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { BoxInput, ImageInput } from '../images/image-input.types.js';
import { Identification } from './identification.types.js';
import { identify } from './identify.js';

/** Asks index and Postgres as a search does. */
const IDENTIFY_COST = 300;

@Resolver()
export class IdentifyResolver {
  @Query(() => Identification, {
    complexity: IDENTIFY_COST,
    description:
      'What is this? The very product when the catalog has it, and what the nearest products of the catalog say of it. Says nothing rather than guess.',
  })
  identify(
    @Ctx() context: Context,
    @Arg('image', () => ImageInput) image: ImageInput,
    @Arg('box', () => BoxInput, { nullable: true, description: 'Only this part of it.' })
    box: BoxInput | null | undefined,
  ): Promise<Identification> {
    return identify(context, image, box ?? null);
  }
}
