import type { ApiKeyStore } from '../access/api-key.store.js';
import { authenticate } from '../access/authenticate.js';
import type { Caller } from '../access/caller.js';
import { BrandStore } from '../catalog/brand.store.js';
import { CategoryStore } from '../catalog/category.store.js';
import type { ChannelStore } from '../catalog/channel.store.js';
import type { Channel } from '../catalog/channel.types.js';
import { ImageStore } from '../images/image.store.js';
import { ProductStore } from '../catalog/product.store.js';
import { SkuStore } from '../catalog/sku.store.js';
import type { Guests } from '../holds/guests.js';
import type { LabelModels } from '../identify/label-models.js';
import type { ImageFetcher } from '../images/fetch-image.js';
import { LocationStore } from '../catalog/location.store.js';
import type { AvailabilityWatcher } from '../inventory/watch-availability.js';
import { FactStore } from '../knowledge/fact.store.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { RequestFacts, ServerContext } from '../server/graphql/context.js';
import type { VectorIndex } from '../vector-index/port.js';
import type { BoardLooks } from '../boards/board-looks.js';
import type { ImageVectors } from '../images/image-vectors.js';
import type { QueryVectors } from '../search/query/query-vectors.js';
import type { SameProducts } from '../search/probability/same-products.js';
import type { SearchServices } from '../search/prove-page.js';
import type { Eye } from '../look/see.js';

/** What a process has, whatever the request. */
export interface Services extends SearchServices {
  readonly index: VectorIndex;
  readonly apiKeys: ApiKeyStore;
  readonly channels: ChannelStore;
  readonly imageVectors: ImageVectors;
  readonly boardLooks: BoardLooks;
  readonly queryVectors: QueryVectors;
  readonly sameProducts: SameProducts;
  readonly labelModels: LabelModels;
  readonly eye: Eye;
  readonly encoderId: string;
  readonly catalogImages: BlobStore;
  readonly uploads: BlobStore;
  readonly imageHosts: ReadonlySet<string>;
  readonly fetcher: ImageFetcher;
  readonly availability: AvailabilityWatcher;
  readonly guests: Guests;
}

/** The stores whose rows depend on the channel of the request. */
export interface ChannelStores {
  readonly channel: Channel;
  readonly products: ProductStore;
  readonly skus: SkuStore;
  readonly locations: LocationStore;
}

/** One request: who sent it, its channel, and one set of loaders. */
export class Context implements ServerContext {
  readonly requestId: string;
  /** Scheme, host and port by which the caller reached us. */
  readonly publicUrl: string;
  /** IP address of the client. */
  readonly clientAddress: string;
  readonly brands: BrandStore;
  readonly categories: CategoryStore;
  readonly images: ImageStore;
  readonly facts: FactStore;
  // Not #private: Apollo Server gives resolvers a copy of the context, which private fields do not come along to.
  private channelHandle: string | null;
  private entered: Promise<ChannelStores> | null = null;

  constructor(
    readonly services: Services,
    request: RequestFacts,
    readonly caller: Caller,
  ) {
    this.requestId = request.requestId;
    this.publicUrl = request.publicUrl;
    this.clientAddress = request.clientAddress;
    this.channelHandle = caller.channelHandle;
    this.brands = new BrandStore(services.db);
    this.categories = new CategoryStore(services.db);
    this.images = new ImageStore(services.db);
    this.facts = new FactStore(services.db);
  }

  /** Puts the request into a channel: @inContext(channel:). @throws UserError UNKNOWN_CHANNEL */
  async useChannel(handle: string): Promise<void> {
    this.channelHandle = handle;
    this.entered = null;
    await this.inChannel();
  }

  forNextEvent(): Context {
    const { requestId, publicUrl, clientAddress } = this;
    const facts = { requestId, publicUrl, clientAddress, authorization: null };
    const next = new Context(this.services, facts, this.caller);
    next.channelHandle = this.channelHandle;
    return next;
  }

  /** The stores of the request's channel: that of @inContext, else the caller's, else the default one. */
  inChannel(): Promise<ChannelStores> {
    return (this.entered ??= this.enter(this.channelHandle));
  }

  /** Has offers and stock read anew, after a mutation changed them: what follows in the request shows it. */
  forgetOffers(): void {
    this.entered = null;
  }

  private async enter(handle: string | null): Promise<ChannelStores> {
    const { db, channels } = this.services;
    const channel = await channels.find(handle);
    // What follows stays in it, also when another one becomes the default.
    this.channelHandle = channel.handle;
    return {
      channel,
      products: new ProductStore(db, channel.key),
      skus: new SkuStore(db, channel),
      locations: new LocationStore(db, channel.key),
    };
  }
}

/** The context of a request or of a WebSocket. @throws UserError UNAUTHENTICATED */
export async function openContext(services: Services, request: RequestFacts): Promise<Context> {
  return new Context(services, request, await authenticate(services.apiKeys, request.authorization));
}
