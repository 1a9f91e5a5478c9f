import { Field, Float, InputType, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';

@InputType({ description: 'A point on Earth in degrees (WGS 84).' })
export class GeoPointInput {
  @Field(() => Float, { description: 'The latitude in degrees, from -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'The longitude in degrees, from -180 to 180.' })
  longitude!: number;
}

@ObjectType({ implements: Node, description: 'A warehouse or store that holds stock.' })
export class StockLocation extends Node {
  @Field(() => String, { description: "The merchant's key of the location, unique in the catalog." })
  handle!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;

  @Field(() => String, {
    description: 'The country as an ISO 3166-1 alpha-2 code, or "ZZ" when it is unknown.',
  })
  countryCode!: string;
}
