import { ImageStore } from '../images/image.store.js';
import type { Database } from '../platform/postgres.js';
import { BrandStore } from './brand.store.js';
import { CategoryStore } from './category.store.js';
import type { ChannelStore } from './channel.store.js';
import type { Channel } from './channel.types.js';
import { type CountLimits, KeptCounts } from './facets/kept-counts.js';
import { LocationStore } from './location.store.js';
import { TextMender } from './mend-text.js';
import { ProductStore } from './product.store.js';
import { SkuStore } from './sku.store.js';
import { SuggestionStore } from './suggestions.store.js';
import { textLanguages, type TextLanguages } from './text-languages.js';

/** One set of loaders per request, so that each row is read once. */
export interface Loaders {
  readonly brands: BrandStore;
  readonly categories: CategoryStore;
  readonly images: ImageStore;
}

/** The loaders whose rows depend on the channel of the request. */
export interface ChannelStores {
  readonly channel: Channel;
  readonly languages: TextLanguages;
  readonly products: ProductStore;
  readonly skus: SkuStore;
  readonly locations: LocationStore;
  readonly suggestions: SuggestionStore;
  /** Of whole lists; all requests share them. */
  readonly counts: KeptCounts;
}

/** Makes the loaders of requests. */
export class CatalogLoaders {
  readonly #mender: TextMender;
  readonly #counts: KeptCounts;

  constructor(
    private readonly db: Database,
    readonly channels: ChannelStore,
    countLimits?: CountLimits,
  ) {
    this.#mender = new TextMender(db);
    this.#counts = new KeptCounts(db, countLimits);
  }

  forRequest(): Loaders {
    const { db } = this;
    return { brands: new BrandStore(db), categories: new CategoryStore(db), images: new ImageStore(db) };
  }

  /**
   * By the channel's handle, and a language; null: the default channel, and the language of the channel.
   * @throws RequestError UNKNOWN_CHANNEL
   */
  async inChannel(handle: string | null, language: string | null): Promise<ChannelStores> {
    const { db } = this;
    const channel = await this.channels.find(handle);
    const languages = textLanguages(channel, language);
    return {
      channel,
      languages,
      products: new ProductStore(db, channel.key, languages, this.#mender),
      skus: new SkuStore(db, channel),
      locations: new LocationStore(db, channel.key),
      suggestions: new SuggestionStore(db, channel.key, languages),
      counts: this.#counts,
    };
  }
}
