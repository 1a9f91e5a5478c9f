import { Field, ObjectType, registerEnumType } from 'type-graphql';
import { UrlScalar } from '../graph/scalars.js';

export enum TechPackFigure {
  WOMEN = 'women',
  MEN = 'men',
}
registerEnumType(TechPackFigure, {
  name: 'TechPackFigure',
  description: 'Whose sizes a garment is drafted in.',
  valuesConfig: {
    WOMEN: { description: "Women's sizes." },
    MEN: { description: "Men's sizes. Dresses and skirts are drafted in women's all the same." },
  },
});

@ObjectType({
  description:
    'What a manufacturer needs to cut and sew a garment: pattern pieces in every size with seams, notches, and grain, measures, materials, colors, and stitches. Anyone who has a URL can download its file.',
})
export class TechPack {
  @Field(() => String, {
    nullable: true,
    description: 'Why the garment cannot be cut from a pattern, as with shoes. Null when it can.',
  })
  reason!: string | null;

  @Field(() => [String], {
    description: 'The names of the sizes, smallest first. Empty when the garment cannot be cut.',
  })
  sizes!: string[];

  @Field(() => String, {
    nullable: true,
    description: 'Everything as JSON, by schema/tech-pack.schema.json. Null when the garment cannot be cut.',
  })
  json!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'The pieces of one size as SVG, a unit for each millimeter. The parameter `size` chooses the size; by default, the middle one. Null when the garment cannot be cut.',
  })
  svgUrl!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'The pieces of all sizes as DXF (release 12, layers of ASTM D6673). Null when the garment cannot be cut.',
  })
  dxfUrl!: string | null;

  @Field(() => UrlScalar, {
    nullable: true,
    description:
      'One size as PDF: a cover, then the pieces at true scale on A4. The parameter `size` chooses the size; by default, the middle one. Null when the garment cannot be cut.',
  })
  pdfUrl!: string | null;
}
