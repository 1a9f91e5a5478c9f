import { Field, InputType } from 'type-graphql';

/** The input of a mutation that a client may retry. */
@InputType()
export abstract class IdempotentInput {
  @Field(() => String, {
    nullable: true,
    description:
      'A unique key for this call, from 1 to 255 characters. When a call is repeated with the same key and input within 24 hours, it changes nothing and returns the same result. Each API key, and each shopper of it, has its own keys; callers without either share theirs, and of these only the newest 200,000 are kept: use a UUID and keep it secret. Null: every call is executed.',
  })
  idempotencyKey?: string | null;
}
