import { Field, Float, InputType, ObjectType } from 'type-graphql';
import { Node } from '../graph/node.js';
import { PageInfo, PAGING } from '../graph/page-info.js';

@InputType({ description: 'A point on Earth in degrees (WGS 84).' })
export class GeoPointInput {
  @Field(() => Float, { description: 'The latitude in degrees, from -90 to 90.' })
  latitude!: number;

  @Field(() => Float, { description: 'The longitude in degrees, from -180 to 180.' })
  longitude!: number;
}

@ObjectType({ description: 'A point on Earth in degrees (WGS 84).' })
export class GeoPoint {
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

@ObjectType({ description: 'A location of the channel and its position in the list.' })
export class StockLocationEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => StockLocation, { description: PAGING.node })
  node!: StockLocation;

  @Field(() => Float, {
    nullable: true,
    description:
      'The distance from `near` in kilometers as the crow flies. Null without `near`, and for a location without coordinates.',
  })
  distanceKm!: number | null;

  @Field(() => Boolean, { description: 'Whether shoppers can pick up orders there.' })
  pickup!: boolean;
}

@ObjectType({ description: 'A page of the locations of the channel.' })
export class StockLocationConnection {
  @Field(() => [StockLocationEdge], { description: PAGING.edges })
  edges!: StockLocationEdge[];

  @Field(() => [StockLocation], { description: PAGING.nodes })
  nodes!: StockLocation[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}
