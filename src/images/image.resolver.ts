import { Arg, Ctx, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import type { Context } from '../graph/request-context.js';
import { RequestError } from '../errors.js';
import { imageUrl } from './image-url.js';
import { Image, ImageFormat } from './image.types.js';
import { MAX_RENDERED_WIDTH } from '../vision/decode.js';
import { renderedWidth, WIDTHS } from '../vision/widths.js';
import { ON_ERROR } from '../graph/on-error.js';
import { UrlScalar } from '../graph/scalars.js';

@Resolver(() => Image)
export class ImageResolver {
  @FieldResolver(() => UrlScalar, { nullable: true, description: `Where to download the image. ${ON_ERROR}` })
  url(
    @Root() image: Image,
    @Ctx() { publicUrl }: Context,
    @Arg('width', () => Int, {
      nullable: true,
      description: `The width you need in pixels, from 1 to ${MAX_RENDERED_WIDTH}. The file has the next width of ${WIDTHS.join(', ')}, but the original is never enlarged. Null: ${MAX_RENDERED_WIDTH}.`,
    })
    width: number | null | undefined,
    @Arg('format', () => ImageFormat, { nullable: true, description: 'The file format. Null: WEBP.' })
    format: ImageFormat | null | undefined,
  ): string {
    if (width != null && (width < 1 || width > MAX_RENDERED_WIDTH)) {
      throw new RequestError(
        'BAD_USER_INPUT',
        `width is ${width}: it must be from 1 to ${MAX_RENDERED_WIDTH} pixels.`,
      );
    }
    return imageUrl(publicUrl, image.id, {
      width: width == null ? null : renderedWidth(width, image.width),
      format: format ?? null,
    });
  }
}
