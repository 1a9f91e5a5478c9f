import { Field, Int, ObjectType } from 'type-graphql';
import { Label } from './label.types.js';

@ObjectType({ description: 'An attribute in a filter.' })
export class RefinementAttribute {
  @Field(() => String, { description: 'The name of the attribute.' })
  name!: string;

  @Field(() => [String], { description: 'The accepted values.' })
  values!: string[];
}

@ObjectType({ description: 'A part of a ProductFilter: add its fields to `where`.' })
export class RefinementFilter {
  @Field(() => [String], {
    nullable: true,
    description: 'For ProductFilter.categories. Null for other kinds of words.',
  })
  categories!: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'For ProductFilter.brands. Null for other kinds of words.',
  })
  brands!: string[] | null;

  @Field(() => [RefinementAttribute], {
    nullable: true,
    description: 'For ProductFilter.attributes. Null for categories and brands.',
  })
  attributes!: RefinementAttribute[] | null;
}

@ObjectType({ description: 'A word for what the query shows, and the filter that narrows the search to it.' })
export class Refinement {
  @Field(() => Label, { description: 'What the query shows, with a calibrated confidence of at least 0.5.' })
  label!: Label;

  @Field(() => RefinementFilter, { description: 'Narrows the search to products that have it.' })
  filter!: RefinementFilter;

  @Field(() => String, {
    nullable: true,
    description:
      'For a style: its handle for `query.like: [{ style }]`, which shifts the search instead of narrowing it. Null for others.',
  })
  style!: string | null;

  @Field(() => Int, { description: 'How many of the best 250 matches of the search have it.' })
  count!: number;
}
