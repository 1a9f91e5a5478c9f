import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Sku } from '../catalog/sku.types.js';
import { ItemBox } from '../images/box.types.js';
import { ImageTrust } from '../images/image-trust.types.js';
import { VisualMatchEdge } from '../search/visual-search.types.js';

export enum SkuMatchOutcome {
  SAME_PRODUCT = 'SAME_PRODUCT',
  CLOSE_SUBSTITUTE = 'CLOSE_SUBSTITUTE',
  NONE = 'NONE',
}
registerEnumType(SkuMatchOutcome, {
  name: 'SkuMatchOutcome',
  description: 'The kind of match that was found for an image.',
  valuesConfig: {
    SAME_PRODUCT: { description: 'The exact product in the image, in the color that is pictured.' },
    CLOSE_SUBSTITUTE: {
      description:
        'The same product in another color, see `differences`, or another product of the same kind that looks like it: what is pictured is unknown, or sold out in these options.',
    },
    NONE: {
      description:
        'No match: nothing of the same kind is similar enough, or the image does not resemble anything in the catalog.',
    },
  },
});

@ObjectType({
  description: 'An option in which an SKU differs from what the matched image shows, for example its color.',
})
export class OptionDifference {
  @Field(() => String, { description: 'The name of the option in lower case, for example "color".' })
  name!: string;

  @Field(() => [String], { description: 'The values that the matched image shows, for example "green".' })
  pictured!: readonly string[];

  @Field(() => String, {
    nullable: true,
    description: 'The value of the SKU, for example "navy". Null when the SKU does not have this option.',
  })
  offered!: string | null;
}

@ObjectType({
  description:
    'The SKU to buy for an image. Everything in it could be bought at the time of the same database snapshot.',
})
export class SkuMatch {
  @Field(() => ItemBox, {
    nullable: true,
    description:
      'The part of the image that was matched: the `box` that was given, or, in a photo of a person without one, the largest garment. Then the whole photo was compared too, and the better score counts. Null when only the whole image was.',
  })
  region!: ItemBox | null;

  @Field(() => ImageTrust, {
    nullable: true,
    description:
      'Whether what was compared looks as if it was made to deceive the search: the `region`, and the whole photo if that was compared too; the less trusted one. With a `reason`, an image that is not of a product is compared as SearchReport.byConsensus says, so fewer outcomes are SAME_PRODUCT. Null when the encoder cannot tell.',
  })
  trust!: ImageTrust | null;

  @Field(() => SkuMatchOutcome, { description: 'The kind of match that was found.' })
  outcome!: SkuMatchOutcome;

  @Field(() => VisualMatchEdge, {
    nullable: true,
    description: 'The best match. Null when the outcome is NONE.',
  })
  match!: VisualMatchEdge | null;

  @Field(() => Sku, {
    nullable: true,
    description:
      'The SKU of the match to pass to holdCreate: one that the matched image shows, if it can be bought. Null when the outcome is NONE.',
  })
  sku!: Sku | null;

  @Field(() => [OptionDifference], {
    description:
      'The options in which the SKU differs from the matched image. Empty when the image shows the SKU, or when the outcome is NONE.',
  })
  differences!: readonly OptionDifference[];

  @Field(() => [VisualMatchEdge], {
    description:
      'Up to five more products of the same kind that can be bought in these options, most similar first. To get more, call visualSearch with the same image and box, the same options and quantity in `where`, and the last cursor as `after`.',
  })
  alternatives!: VisualMatchEdge[];
}
