import 'reflect-metadata';
import {
  DirectiveLocation,
  GraphQLDirective,
  GraphQLNonNull,
  type GraphQLSchema,
  GraphQLString,
  specifiedDirectives,
} from 'graphql';
import { GraphQLURL } from 'graphql-scalars';
import {
  Arg,
  buildSchema,
  Ctx,
  Field,
  FieldResolver,
  Float,
  ID,
  InputType,
  Int,
  InterfaceType,
  Mutation,
  ObjectType,
  Query,
  Resolver,
  Root,
  Subscription,
} from 'type-graphql';
import { type ErrorCode, RequestError } from '../../../src/errors.js';
import { Cost, Paged, SizedBy } from '../../../src/graph/cost.js';
import type { Payer, RequestFacts, ServerContext } from '../../../src/graph/server-context.js';

/** The Authorization of a caller who is limited to trusted documents. */
export const LIMITED = 'Bearer limited';

/** The signals of the events that `endless` works on. */
export const endless: AbortSignal[] = [];

/** The request as resolvers and the server see it in these tests. */
export class TestContext implements ServerContext {
  channel = 'default';
  readonly requestId: string;
  readonly publicUrl: string;
  readonly payer: Payer;
  readonly clientAddress: string;
  readonly authorization: string | null;
  readonly signal: AbortSignal;

  constructor(
    {
      requestId,
      publicUrl,
      clientAddress = 'test',
      authorization = null,
      signal: ofRequest,
    }: Pick<RequestFacts, 'requestId' | 'publicUrl' | 'signal'> & Partial<RequestFacts>,
    signal = ofRequest,
  ) {
    this.requestId = requestId;
    this.publicUrl = publicUrl;
    this.clientAddress = clientAddress;
    this.payer = { kind: 'client', id: clientAddress, pointsPerSecond: null, shopper: null, site: null };
    this.authorization = authorization;
    this.signal = signal;
  }

  get trustedDocumentsOnly(): boolean {
    return this.authorization === LIMITED;
  }

  async enter({ channel }: { channel: string | null }): Promise<void> {
    await Promise.resolve();
    if (channel === 'nowhere') throw new RequestError('UNKNOWN_CHANNEL', 'There is no channel "nowhere".');
    if (channel !== null) this.channel = channel;
  }

  forNextEvent(signal: AbortSignal): TestContext {
    return Object.assign(new TestContext(this, signal), { channel: this.channel });
  }
}

@InterfaceType()
abstract class Thing {
  @Field(() => ID)
  id!: string;
}

@ObjectType({ implements: Thing })
class Shop extends Thing {
  @Field(() => String)
  city!: string;
}

@ObjectType({ implements: Thing })
class Garment extends Thing {
  @Field(() => String)
  title!: string;

  @Field(() => GraphQLURL)
  url!: URL;

  @Field(() => Float)
  price!: number;
}

@ObjectType()
class GarmentConnection {
  @Field(() => [Garment])
  nodes!: Garment[];
}

@InputType()
class BoxInput {
  @Field(() => Float)
  x!: number;

  @Field(() => String, { nullable: true })
  label?: string | null;
}

function garment(number: number): Garment {
  return Object.assign(new Garment(), {
    id: String(number),
    title: `Garment ${number}`,
    url: new URL(`https://shop.example/${number}`),
    price: number + 0.5,
  });
}

/** What mutations have painted, in order. */
export const painted: string[] = [];

@Resolver(() => Garment)
class GarmentResolver {
  @Query(() => String)
  channel(@Ctx() context: TestContext): string {
    return context.channel;
  }

  @Query(() => String)
  publicUrl(@Ctx() context: TestContext): string {
    return context.publicUrl;
  }

  @Paged()
  @Query(() => GarmentConnection)
  garments(@Arg('first', () => Int, { defaultValue: 24 }) first: number): GarmentConnection {
    return { nodes: Array.from({ length: Math.max(first, 0) }, (_, index) => garment(index)) };
  }

  @Query(() => [Thing])
  things(): Thing[] {
    return [garment(1), Object.assign(new Shop(), { id: 's', city: 'Lyon' })];
  }

  @Query(() => Int)
  expensive(
    @Cost(1_000)
    @Arg('times', () => [Int])
    times: number[],
  ): number {
    return times.length;
  }

  @Mutation(() => String)
  paint(
    @Arg('color', () => String) color: string,
    @Cost(21_000)
    @Arg('coats', () => Int, { defaultValue: 1 })
    coats: number,
    @Ctx() context: TestContext,
  ): string {
    painted.push(color);
    return `${coats} coats of ${color} in ${context.channel}`;
  }

  @Subscription(() => String, {
    subscribe: async function* () {
      yield 'red';
    },
  })
  colors(
    @Root() color: string,
    @Cost(21_000)
    @Arg('times', () => Int, { nullable: true })
    _times: number | null,
    @Ctx() context: TestContext,
  ): string {
    return `${color} in ${context.channel}`;
  }

  /** Its one event is never answered. */
  @Subscription(() => String, {
    subscribe: async function* () {
      yield 'work';
    },
  })
  endless(@Ctx() { signal }: TestContext): Promise<string> {
    endless.push(signal);
    return new Promise(() => undefined);
  }

  @Query(() => Float)
  area(
    @Arg('box', () => BoxInput) box: BoxInput,
    @Arg('label', () => String, { nullable: true }) label?: string,
  ): number {
    return box.x * (label?.length ?? 1);
  }

  @Query(() => String)
  boxed(@Arg('box', () => BoxInput) box: BoxInput): string {
    return JSON.stringify(box);
  }

  @Query(() => Garment, { nullable: true })
  missing(): Garment {
    throw new RequestError('NOT_FOUND', 'There is no garment "x"; list them with garments.');
  }

  @Query(() => String, { nullable: true })
  broken(): string {
    throw new Error('password=hunter2', { cause: new Error('connection refused') });
  }

  @Query(() => String, { nullable: true })
  never(): Promise<string> {
    return new Promise(() => undefined);
  }

  /** Fails with this code. */
  @Query(() => String, { nullable: true })
  fails(@Arg('code', () => String) code: ErrorCode): string {
    throw new RequestError(code, 'It fails.');
  }

  @Query(() => String, { nullable: true })
  async slow(): Promise<string> {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return 'done';
  }

  @SizedBy('first')
  @FieldResolver(() => [Garment])
  async similar(
    @Root() root: Garment,
    @Arg('first', () => Int, { defaultValue: 2 }) first: number,
  ): Promise<Garment[]> {
    await Promise.resolve();
    return Array.from({ length: first }, (_, index) => garment(Number(root.id) + index + 1));
  }

  @FieldResolver(() => [Garment])
  others(): Garment[] {
    return [garment(7), garment(8)];
  }

  @FieldResolver(() => String)
  unfinished(@Root() root: Garment): string | null {
    return root.id === '1' ? null : 'fine';
  }
}

/** type-graphql requires topics, which no subscription here has. */
function neverEnding(): never {
  throw new Error('no subscription of these tests has a topic');
}

/** A small shop, built like the real schema. */
export function testSchema(): Promise<GraphQLSchema> {
  return buildSchema({
    resolvers: [GarmentResolver],
    orphanedTypes: [Shop],
    validate: false,
    pubSub: { publish: () => undefined, subscribe: () => neverEnding() },
    directives: [
      ...specifiedDirectives,
      new GraphQLDirective({
        name: 'inContext',
        locations: [DirectiveLocation.QUERY, DirectiveLocation.MUTATION, DirectiveLocation.SUBSCRIPTION],
        args: { channel: { type: new GraphQLNonNull(GraphQLString) } },
      }),
    ],
  });
}
