import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

/** What a mutation answers as a user error; each is also an ErrorCode (errors.ts). */
export enum MutationErrorCode {
  BAD_USER_INPUT = 'BAD_USER_INPUT',
  NOT_FOUND = 'NOT_FOUND',
  STALE_QUANTITY = 'STALE_QUANTITY',
  IN_HOLD = 'IN_HOLD',
  IMAGE_NOT_FOUND = 'IMAGE_NOT_FOUND',
  IMAGE_UNDECODABLE = 'IMAGE_UNDECODABLE',
  IMAGE_TOO_LARGE = 'IMAGE_TOO_LARGE',
  INSUFFICIENT_STOCK = 'INSUFFICIENT_STOCK',
  HOLD_LIMIT = 'HOLD_LIMIT',
  HOLD_EXPIRED = 'HOLD_EXPIRED',
  HOLD_NOT_ACTIVE = 'HOLD_NOT_ACTIVE',
  IDEMPOTENCY_CONFLICT = 'IDEMPOTENCY_CONFLICT',
}
export type MutationErrorName = keyof typeof MutationErrorCode;
registerEnumType(MutationErrorCode, {
  name: 'UserErrorCode',
  description: 'Why a mutation did nothing.',
  valuesConfig: {
    BAD_USER_INPUT: { description: 'The input cannot be meant; the message says what may.' },
    NOT_FOUND: { description: 'What the input names is not there.' },
    STALE_QUANTITY: { description: 'The quantity is no longer the one last seen.' },
    IN_HOLD: { description: 'What would go is in an active hold; the message says until when.' },
    IMAGE_NOT_FOUND: { description: 'No upload has this id any more.' },
    IMAGE_UNDECODABLE: { description: 'What was sent is no image, or of a format that is not read here.' },
    IMAGE_TOO_LARGE: { description: 'The image has too many bytes or pixels.' },
    INSUFFICIENT_STOCK: { description: 'Less can be sold than was asked for; `sellable` says how much.' },
    HOLD_LIMIT: {
      description:
        'More than may be held without an API key with the scope holds:create; the message says how much may.',
    },
    HOLD_EXPIRED: { description: 'The hold has passed its end.' },
    HOLD_NOT_ACTIVE: { description: 'The hold was confirmed or released before.' },
    IDEMPOTENCY_CONFLICT: { description: 'The idempotency key was used for another call within a day.' },
  },
});

/** One reason why a mutation did nothing: what the caller can cause and mend. */
@ObjectType('UserError', {
  description: 'One reason why a mutation did nothing, which the caller can mend.',
})
export class MutationError {
  @Field(() => MutationErrorCode)
  code!: MutationErrorCode;

  @Field(() => [String], {
    nullable: true,
    description: 'Where in the input, for example ["entries", "3", "quantity"]; null: all of it.',
  })
  field!: string[] | null;

  @Field(() => String, { description: 'What is wrong, and the remedy.' })
  message!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'With INSUFFICIENT_STOCK: units that can be sold; null where the channel hides exact stock, and with other codes.',
  })
  sellable!: number | null;
}
