import { Field, ObjectType } from 'type-graphql';
import { AssumedSize } from '../graph/cost.js';
import { LanguageCodeScalar } from '../graph/language.js';

/** A shop is translated into about this many. */
const LANGUAGES = 5;

/** A market: its currency and price list, and the stock locations that serve it. */
@ObjectType({ description: 'A market: a currency, a price list, and the locations whose stock serves it.' })
export class Channel {
  key!: number;
  checkoutUrlTemplate!: string | null;
  holdUrlTemplate!: string | null;
  showsExactStock!: boolean;
  /** How long stock is held by default, and the limits on what a caller may choose. */
  holdSeconds!: number;
  minHoldSeconds!: number;
  maxHoldSeconds!: number;

  @Field(() => String, { description: 'The name to pass to @inContext(channel:).' })
  handle!: string;

  @Field(() => String, { description: 'The display name.' })
  name!: string;

  @Field(() => LanguageCodeScalar, {
    description: 'The language of operations that ask for none with @inContext(language:), for example "it".',
  })
  language!: string;

  /** Of the whole catalog, up to two seconds ago. */
  ownLanguages!: readonly string[];
  translatedLanguages!: readonly string[];

  @Field(() => String, { description: 'The currency of all prices, as an ISO 4217 code such as "EUR".' })
  currencyCode!: string;

  @AssumedSize(LANGUAGES)
  @Field(() => [LanguageCodeScalar], {
    description:
      'The languages that titles and descriptions of the catalog are in, for a choice of language: first that of the channel, then by code.',
  })
  get languages(): string[] {
    const { language, ownLanguages, translatedLanguages } = this;
    return [...new Set([language, ...[...ownLanguages, ...translatedLanguages].sort()])];
  }
}
