import { toGlobalId } from 'graphql-relay';
import { Field, Float, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import { type Design as Garment, garmentTypes, patterns } from '../garment/design.js';
import { materialsOf } from '../garment/materials.js';
import { Node } from '../graph/node.js';
import { PageInfo, PAGING } from '../graph/page-info.js';
import { DateTimeScalar, DecimalScalar } from '../graph/scalars.js';
import { Image } from '../images/image.types.js';
import { ImageTrust } from '../images/image-trust.types.js';
import { IdempotentInput } from '../mutation/idempotent-input.types.js';
import { UserError, USER_ERRORS } from '../mutation/user-error.types.js';
import { VisualQueryInput } from '../search/visual-search.types.js';
import { DesignEngineName, MAX_DESIGNS } from './order.js';

registerEnumType(DesignEngineName, {
  name: 'DesignEngine',
  description: 'What makes designs.',
  valuesConfig: {
    LOCAL: {
      description:
        'Draws garments and searches for those that look most like what is asked for. Each has parameters that say how it is cut.',
    },
    DIFFUSION: {
      description: 'The image generator that the operator has configured. Its pictures have no parameters.',
    },
  },
});

export enum DesignJobState {
  WAITING = 'WAITING',
  RUNNING = 'RUNNING',
  DONE = 'DONE',
  FAILED = 'FAILED',
  CANCELED = 'CANCELED',
}
registerEnumType(DesignJobState, {
  name: 'DesignJobState',
  description: 'How far a design job is.',
  valuesConfig: {
    WAITING: { description: 'It waits for a worker, or for its next attempt.' },
    RUNNING: { description: 'A worker works on it. Its designs are drafts.' },
    DONE: { description: 'Its designs are finished.' },
    FAILED: { description: 'It was given up; `error` says why.' },
    CANCELED: { description: 'It was canceled with designCancel.' },
  },
});

@ObjectType({
  description: 'How a designed garment is made. The values are those of DesignConstraintsInput.',
})
export class DesignGarment {
  @Field(() => String, { description: 'The kind of garment, for example "dress".' })
  type!: string;

  @Field(() => String, { description: 'The fabric, for example "wool".' })
  material!: string;

  @Field(() => String, {
    description: 'The pattern of the fabric, for example "stripe"; "solid" without one.',
  })
  pattern!: string;

  @Field(() => String, { description: 'The cut, for example "a-line".' })
  silhouette!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The sleeves. Null when the type has no choice of them.',
  })
  sleeve!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The neckline or collar. Null when the type has no choice of them.',
  })
  neckline!: string | null;

  @Field(() => String, {
    nullable: true,
    description: 'The length. Null when the type has no choice of them.',
  })
  length!: string | null;

  @Field(() => String, { description: 'The color of the fabric as "#rrggbb".' })
  color!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The second color of the pattern as "#rrggbb". Null without a pattern.',
  })
  accent!: string | null;
}

@ObjectType({
  implements: Node,
  description:
    'A garment that was designed to look like a board or a query. Its image is an upload: use `image.id` in a search or pin it with pinAdd.',
})
export class Design extends Node {
  uuid!: string;
  number!: number;
  jobUuid!: string;
  nearestProductKey!: number | null;
  drawn!: Garment | null;
  minorPrice!: number | null;
  currency!: string;

  override get id(): string {
    return toGlobalId('Design', this.uuid);
  }

  @Field(() => Image, { description: 'The picture. Small while it is a draft.' })
  image!: Image;

  @Field(() => DesignGarment, {
    nullable: true,
    description: 'How the garment is made. Null when an image generator made the picture.',
  })
  garment!: DesignGarment | null;

  @Field(() => String, {
    nullable: true,
    description: 'The words that the image generator was given. Null when the local engine drew the picture.',
  })
  prompt!: string | null;

  @Field(() => Float, {
    description:
      'How much it looks like what was asked for, from -1 to 1: the cosine similarity to the direction of the board or query that this design is for.',
  })
  similarity!: number;

  @Field(() => Float, {
    nullable: true,
    description:
      'How new it is: 1 minus the cosine similarity to the most similar product, at least 0.03. Null for a draft, and when the catalog had no product to compare with.',
  })
  novelty!: number | null;

  @Field(() => ImageTrust, {
    nullable: true,
    description:
      'Whether the picture looks as if it was made to deceive the search; pictures that do are not kept. Null for a draft, and when the encoder cannot tell.',
  })
  trust!: ImageTrust | null;

  @Field(() => Boolean, {
    description: 'False for a draft, which a better one may replace while the job runs.',
  })
  isFinished!: boolean;

  @Field(() => DateTimeScalar, { description: 'When its first draft was made.' })
  createdAt!: Date;
}

@ObjectType({
  implements: Node,
  description:
    'The work on designs. Anyone who has the id of a job that was created without an API key and a shopper token can see and cancel it, so keep the id secret.',
})
export class DesignJob extends Node {
  uuid!: string;

  override get id(): string {
    return toGlobalId('DesignJob', this.uuid);
  }

  @Field(() => DesignEngineName, { description: 'What makes the designs.' })
  engine!: DesignEngineName;

  @Field(() => DesignJobState, { description: 'How far it is.' })
  state!: DesignJobState;

  @Field(() => Float, { description: 'The share of the work that is done, from 0 to 1.' })
  progress!: number;

  @Field(() => String, {
    nullable: true,
    description: 'Why the last attempt failed. Null when none has, and once it is done.',
  })
  error!: string | null;

  @Field(() => DateTimeScalar, { description: 'When it was created.' })
  createdAt!: Date;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When a worker first took it. Null while it waits.',
  })
  startedAt!: Date | null;

  @Field(() => DateTimeScalar, {
    nullable: true,
    description: 'When it was done, given up, or canceled. Null before that.',
  })
  endedAt!: Date | null;
}

@ObjectType({ description: 'A design and its position in the list.' })
export class DesignEdge {
  @Field(() => String, { description: PAGING.cursor })
  cursor!: string;

  @Field(() => Design, { description: PAGING.node })
  node!: Design;
}

@ObjectType({ description: 'A page of designs, newest first.' })
export class DesignConnection {
  @Field(() => [DesignEdge], { description: PAGING.edges })
  edges!: DesignEdge[];

  @Field(() => [Design], { description: PAGING.nodes })
  nodes!: Design[];

  @Field(() => PageInfo, { description: PAGING.pageInfo })
  pageInfo!: PageInfo;
}

const options = (what: string, values: readonly string[], more = ''): string =>
  `${what} that garments may have${more}: ${values.join(', ')}.`;

@InputType({
  description:
    'What every design must be like. A kind of garment that cannot have what a list names, such as the neckline of trousers, is not designed. A list that is null or empty allows everything.',
})
export class DesignConstraintsInput {
  @Field(() => [String], {
    nullable: true,
    description: `The kinds of garments to design: ${garmentTypes.join(', ')}.`,
  })
  types?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description:
      'The only colors of the fabric, as "#rrggbb", at most 8. With one color, the fabric has no pattern.',
  })
  colors?: string[] | null;

  @Field(() => DecimalScalar, {
    nullable: true,
    description:
      'The highest estimated price in the currency of the channel; see Design.estimatedPrice. Null: any.',
  })
  maxPrice?: string | null;

  @Field(() => [String], {
    nullable: true,
    description: options('The fabrics', [...new Set(Object.values(materialsOf).flat())]),
  })
  materials?: string[] | null;

  @Field(() => [String], { nullable: true, description: options('The patterns', patterns) })
  patterns?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The cuts that garments may have, for example "oversized".',
  })
  silhouettes?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The sleeves that garments may have, for example "long".',
  })
  sleeves?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The necklines and collars that garments may have, for example "v-neck".',
  })
  necklines?: string[] | null;

  @Field(() => [String], {
    nullable: true,
    description: 'The lengths that garments may have, for example "midi".',
  })
  lengths?: string[] | null;
}

@InputType({ description: 'What to design: exactly one of `board` and `query`.' })
export class DesignCreateInput extends IdempotentInput {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of a board that you may see. Null when you pass a query.',
  })
  board?: string | null;

  @Field(() => VisualQueryInput, {
    nullable: true,
    description:
      'What designs should look like and not look like; its words and `colors` are not used. Null when you pass a board.',
  })
  query?: VisualQueryInput | null;

  @Field(() => DesignConstraintsInput, {
    nullable: true,
    description: 'What every design must be like. Null: anything.',
  })
  constraints?: DesignConstraintsInput | null;

  @Field(() => Int, {
    nullable: true,
    defaultValue: 3,
    description: `How many designs to make, from 1 to ${MAX_DESIGNS}. Each is for another direction of a board whose pins differ.`,
  })
  count?: number | null;

  @Field(() => DesignEngineName, {
    nullable: true,
    defaultValue: DesignEngineName.LOCAL,
    description: 'What makes the designs.',
  })
  engine?: DesignEngineName | null;

  @Field(() => String, {
    nullable: true,
    description:
      'Any text, at most 100 characters: with the same seed, the same order of the same catalog gives the same designs, if the engine can promise that. Null: a random one.',
  })
  seed?: string | null;
}

@InputType({ description: 'A job to cancel.' })
export class DesignCancelInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the job.' })
  job!: string;
}

@InputType({ description: 'A design to delete.' })
export class DesignDeleteInput extends IdempotentInput {
  @Field(() => ID, { description: 'The id of the design.' })
  design!: string;
}

@ObjectType({ description: 'The result of designCreate and designCancel.' })
export class DesignJobPayload {
  @Field(() => DesignJob, {
    nullable: true,
    description: 'The job as it is now. Null when there are user errors, or when the job is gone.',
  })
  job!: DesignJob | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}

@ObjectType({ description: 'The result of designDelete.' })
export class DesignDeletePayload {
  @Field(() => ID, {
    nullable: true,
    description: 'The id of the deleted design. Null when there are user errors.',
  })
  deletedDesignId!: string | null;

  @Field(() => [UserError], { description: USER_ERRORS })
  userErrors!: readonly UserError[];
}
