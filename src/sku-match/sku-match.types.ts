import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { Sku } from '../catalog/sku.types.js';
import { VisualMatch } from '../search/visual-search.types.js';

export enum SkuMatchOutcome {
  SAME_PRODUCT = 'SAME_PRODUCT',
  CLOSE_SUBSTITUTE = 'CLOSE_SUBSTITUTE',
  NONE = 'NONE',
}
registerEnumType(SkuMatchOutcome, {
  name: 'SkuMatchOutcome',
  description: 'What could be found for an image that can be bought now in the wanted options.',
  valuesConfig: {
    SAME_PRODUCT: { description: 'The very product in the image.' },
    CLOSE_SUBSTITUTE: {
      description:
        'Another product of its kind that looks like it; the very one is sold out in these options or unknown.',
    },
    NONE: { description: 'Nothing of its kind is near, or the image shows nothing that the catalog knows.' },
  },
});

@ObjectType({
  description:
    'The SKU to buy for an image. Everything in it could be bought in one and the same Postgres snapshot.',
})
export class SkuMatch {
  @Field(() => SkuMatchOutcome)
  outcome!: SkuMatchOutcome;

  @Field(() => VisualMatch, { nullable: true, description: 'Null with NONE.' })
  match!: VisualMatch | null;

  @Field(() => Sku, {
    nullable: true,
    description: 'The SKU of the match to give to holdCreate; null with NONE.',
  })
  sku!: Sku | null;

  @Field(() => [VisualMatch], {
    description:
      'Up to five more products of its kind that can be bought in these options, most alike first. To see more, search on with visualSearch: the same image and box, the same options and quantity in `where`, and the cursor of the last one as `after`.',
  })
  alternatives!: VisualMatch[];
}
