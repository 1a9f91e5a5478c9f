import { Field, Float, ObjectType, registerEnumType } from 'type-graphql';

export enum LabelKind {
  CATEGORY = 'CATEGORY',
  COLOR = 'COLOR',
  MATERIAL = 'MATERIAL',
  PATTERN = 'PATTERN',
  LENGTH = 'LENGTH',
  STYLE = 'STYLE',
  ERA = 'ERA',
  BRAND = 'BRAND',
}
registerEnumType(LabelKind, {
  name: 'LabelKind',
  description: 'What a label describes.',
  valuesConfig: {
    CATEGORY: { description: 'The value is the handle of a category.' },
    COLOR: { description: 'The value is a color of the catalog in lower case.' },
    MATERIAL: { description: 'The value is a material of the catalog in lower case.' },
    PATTERN: { description: 'The value is a pattern of the catalog in lower case.' },
    LENGTH: { description: 'The value is a length of the catalog in lower case, such as "midi".' },
    STYLE: { description: 'The value is the handle of a style.' },
    ERA: { description: 'The value is an era of the catalog in lower case.' },
    BRAND: { description: 'The value is the handle of a brand.' },
  },
});

@ObjectType({ description: 'A property that an image shows, or that the pins of a board have in common.' })
export class Label {
  @Field(() => LabelKind, { description: 'What the label describes.' })
  kind!: LabelKind;

  @Field(() => String, { description: 'The value, in the form that the corresponding filter accepts.' })
  value!: string;

  @Field(() => Float, {
    description:
      'From 0 to 1. For an image, the calibrated probability that the label is correct. For a board, the share of its positive pins that have it.',
  })
  confidence!: number;
}
