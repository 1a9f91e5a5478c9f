import { Field, InputType } from 'type-graphql';

/** The input of a mutation that may be sent again. */
@InputType()
export abstract class IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A text of your own for this very call, up to 255 characters. Sent again with it within 24 hours, the call does nothing and gets the same answer. Callers without an API key share their keys with one another: send a UUID, and keep it to yourself.',
  })
  idempotencyKey?: string | null;
}
