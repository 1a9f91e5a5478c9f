import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';
import { instantiate } from '../graph/node.js';
import type { Trust } from '../vision/trust.js';

export enum ImageTrustReason {
  PATCH = 'PATCH',
  NOISE = 'NOISE',
}
registerEnumType(ImageTrustReason, {
  name: 'ImageTrustReason',
  description: 'What makes an image suspicious.',
  valuesConfig: {
    PATCH: { description: 'A part of it, such as a sticker, looks like those that deceive the encoder.' },
    NOISE: { description: 'It looks as if small changes were spread over all of it.' },
  },
});

@ObjectType({
  description:
    'Whether an image looks as if it was made to deceive the search: to be taken for another product. It finds attacks that do not know of it, and misses those that do: see docs/robustness.md.',
})
export class ImageTrust {
  @Field(() => Float, {
    description:
      'About the share of ordinary photographs that look at least as unusual, from 0 to 1: 0.5 is usual, and 0.001 is one photograph in a thousand.',
  })
  score!: number;

  @Field(() => ImageTrustReason, {
    nullable: true,
    description:
      'Null when the image looks ordinary enough; less than one photograph in a hundred has a reason by chance.',
  })
  reason!: ImageTrustReason | null;
}

export const toImageTrust = ({ score, reason }: Trust): ImageTrust =>
  instantiate(ImageTrust, { score, reason: reason && REASONS[reason] });

const REASONS = { patch: ImageTrustReason.PATCH, noise: ImageTrustReason.NOISE } as const;
