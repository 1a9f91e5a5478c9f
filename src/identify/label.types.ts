import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export enum LabelKind {
  CATEGORY = 'CATEGORY',
  COLOR = 'COLOR',
  MATERIAL = 'MATERIAL',
  PATTERN = 'PATTERN',
  STYLE = 'STYLE',
  ERA = 'ERA',
  BRAND = 'BRAND',
}
registerEnumType(LabelKind, {
  name: 'LabelKind',
  description: 'What a label says something about.',
  valuesConfig: {
    CATEGORY: { description: 'The value is the handle of a category.' },
    COLOR: { description: 'The value is a color of the catalog, in lower case.' },
    MATERIAL: { description: 'The value is a material of the catalog, in lower case.' },
    PATTERN: { description: 'The value is a pattern of the catalog, in lower case.' },
    STYLE: { description: 'The value is the handle of a style.' },
    ERA: { description: 'The value is an era of the catalog, in lower case.' },
    BRAND: { description: 'The value is the handle of a brand.' },
  },
});

@ObjectType({ description: 'Something that an image shows, or that the pins of a board have in common.' })
export class Label {
  @Field(() => LabelKind)
  kind!: LabelKind;

  @Field(() => String, { description: 'What to give to a filter of that kind.' })
  value!: string;

  @Field(() => Float, {
    description:
      'From 0 to 1. Of an image calibrated: of the labels that say 0.8, four in five are right. Of a board how many of its liked pins have it.',
  })
  confidence!: number;
}
