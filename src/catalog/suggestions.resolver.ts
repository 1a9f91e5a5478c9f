import { Arg, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Cost, SizedBy } from '../graph/cost.js';
import { instantiate } from '../graph/node.js';
import { ON_ERROR } from '../graph/on-error.js';
import type { Context } from '../graph/request-context.js';
import { Requires } from '../graph/requires.js';
import { Brand } from './brand.types.js';
import { Category } from './category.types.js';
import { Product } from './product.types.js';
import { checkSuggestions, readTyped } from './suggest.js';
import { Suggestions } from './suggestions.types.js';

const DEFAULT_FIRST = 6;
/** Points of looking at up to 200 products that have what was typed, however few of them are suggested. */
const LOOK_COST = 160;
/** Points of each suggestion. */
const SUGGESTION_COST = 10;

@Resolver(() => Suggestions)
export class SuggestionsResolver {
  @Requires('catalog:read')
  @Cost(LOOK_COST)
  @SizedBy('first', ['texts', 'products', 'brands', 'categories'])
  @Query(() => Suggestions, {
    nullable: true,
    description:
      'What a shopper may be about to type, for a list below a search field. Ask on each keystroke; only the lists that you select take work.',
  })
  async suggest(
    @Ctx() context: Context,
    @Arg('text', () => String, {
      description:
        'What has been typed so far, at most 200 characters. Its last word may be incomplete; a space after it completes it. Typos in the other words are corrected.',
    })
    text: string,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_FIRST,
      description: 'How many suggestions each list has at most, from 1 to 20.',
    })
    first: number | null,
  ): Promise<Suggestions> {
    const most = checkSuggestions(first ?? DEFAULT_FIRST);
    const { products } = await context.inChannel();
    const typed = await readTyped(text, (head) => products.mendText(head));
    return instantiate(Suggestions, { typed, first: most });
  }

  @Cost(SUGGESTION_COST)
  @FieldResolver(() => [String], {
    nullable: true,
    description: `The text with its last word completed, by words of titles, brands, categories, and attributes; those of the most products first. Pass one to \`products(text:)\` or VisualQueryInput.text. Empty when the last word is complete. ${ON_ERROR}`,
  })
  async texts(@Root() { typed, first }: Suggestions, @Ctx() context: Context): Promise<string[]> {
    if (typed.begun === null) return [];
    const { suggestions } = await context.inChannel();
    return (await suggestions.words(typed, first)).map((word) => `${typed.head}${word}`);
  }

  @Cost(SUGGESTION_COST)
  @FieldResolver(() => [Product], {
    nullable: true,
    description: `Products with all the words; the last one may be the beginning of a word. ${ON_ERROR}`,
  })
  async products(@Root() { typed, first }: Suggestions, @Ctx() context: Context): Promise<Product[]> {
    const { suggestions, products, skus } = await context.inChannel();
    const found = await products.byKey.loadMany(await suggestions.products(typed, first));
    const proven = await Promise.all(
      present(found).map(async (product) => product.provenWith(await skus.byProduct.load(product.key))),
    );
    // It may have sold out between the two statements.
    return proven.filter(({ provenSkus }) => provenSkus?.some(({ sellable }) => sellable > 0));
  }

  @Cost(SUGGESTION_COST)
  @FieldResolver(() => [Brand], { nullable: true, description: `Brands with this name. ${ON_ERROR}` })
  async brands(@Root() { typed, first }: Suggestions, @Ctx() context: Context): Promise<Brand[]> {
    const { suggestions } = await context.inChannel();
    return present(await context.loaders.brands.byKey.loadMany(await suggestions.brands(typed, first)));
  }

  @Cost(SUGGESTION_COST)
  @FieldResolver(() => [Category], { nullable: true, description: `Categories with this name. ${ON_ERROR}` })
  async categories(@Root() { typed, first }: Suggestions, @Ctx() context: Context): Promise<Category[]> {
    const { suggestions } = await context.inChannel();
    const found = await suggestions.categories(typed, first);
    return present(await context.loaders.categories.byKey.loadMany(found));
  }
}

/** What is still there. @throws the first error */
function present<T>(loaded: readonly (T | Error | null)[]): T[] {
  return loaded.flatMap((entry) => {
    if (entry instanceof Error) throw entry;
    return entry === null ? [] : [entry];
  });
}
