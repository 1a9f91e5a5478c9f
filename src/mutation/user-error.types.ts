import { Field, Int, ObjectType, registerEnumType } from 'type-graphql';

/** The codes of user errors; each is also an ErrorCode (errors.ts). */
export enum UserErrorCode {
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
export type UserErrorName = keyof typeof UserErrorCode;
registerEnumType(UserErrorCode, {
  name: 'UserErrorCode',
  description: 'Why a mutation changed nothing.',
  valuesConfig: {
    BAD_USER_INPUT: { description: 'The input is invalid. The message says what is allowed.' },
    NOT_FOUND: { description: 'The input refers to something that does not exist.' },
    STALE_QUANTITY: { description: 'The stock on hand is no longer what `ifOnHand` says.' },
    IN_HOLD: { description: 'The SKU to delete is in an active hold. The message says until when.' },
    IMAGE_NOT_FOUND: { description: 'There is no image with this id, or the upload has expired.' },
    IMAGE_UNDECODABLE: { description: 'The file is not an image, or its format is not supported.' },
    IMAGE_TOO_LARGE: { description: 'The image has too many bytes or pixels.' },
    INSUFFICIENT_STOCK: {
      description: 'Fewer units are available than requested. `sellable` says how many.',
    },
    HOLD_LIMIT: {
      description:
        'More than callers without the scope holds:create may hold. The message says what is allowed.',
    },
    HOLD_EXPIRED: { description: 'The hold has expired.' },
    HOLD_NOT_ACTIVE: { description: 'The hold is already confirmed or released.' },
    IDEMPOTENCY_CONFLICT: {
      description: 'The idempotency key was used for a different call in the last 24 hours.',
    },
  },
});

/** One reason why a mutation did nothing; the caller can cause and correct it. */
@ObjectType('UserError', {
  description: 'A reason why a mutation changed nothing. The caller can correct it.',
})
export class UserError {
  @Field(() => UserErrorCode, { description: 'The kind of error, for programs.' })
  code!: UserErrorCode;

  @Field(() => [String], {
    nullable: true,
    description:
      'The path to the invalid part of `input`, for example ["entries", "3", "quantity"]. Null: the error concerns the whole input.',
  })
  field!: string[] | null;

  @Field(() => String, { description: 'What is wrong and how to correct it, for developers.' })
  message!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of available units, with INSUFFICIENT_STOCK. Null with other codes, and when the channel hides exact stock.',
  })
  sellable!: number | null;
}

/** Describes the `userErrors` field of every payload. */
export const USER_ERRORS = 'Why nothing was changed. Empty when the mutation succeeded.';
