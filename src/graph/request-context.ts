import type { Caller } from '../access/caller.js';
import type { CatalogLoaders, ChannelStores, Loaders } from '../catalog/loaders.js';
import type { RequestFacts, ServerContext } from './server-context.js';

/** One request: who sent it, its channel, and one set of loaders. What a process has is injected into resolvers instead. */
export class Context implements ServerContext {
  readonly requestId: string;
  /** Scheme, host and port by which the caller reached us. */
  readonly publicUrl: string;
  /** IP address of the client. */
  readonly clientAddress: string;
  readonly loaders: Loaders;
  // Not #private: Apollo Server gives resolvers a copy of the context, which private fields do not come along to.
  private channelHandle: string | null;
  private entered: Promise<ChannelStores> | null = null;

  constructor(
    private readonly catalog: CatalogLoaders,
    request: RequestFacts,
    readonly caller: Caller,
  ) {
    this.requestId = request.requestId;
    this.publicUrl = request.publicUrl;
    this.clientAddress = request.clientAddress;
    this.channelHandle = caller.channelHandle;
    this.loaders = catalog.forRequest();
  }

  /** Puts the request into a channel: @inContext(channel:). @throws RequestError UNKNOWN_CHANNEL */
  async useChannel(handle: string): Promise<void> {
    this.channelHandle = handle;
    this.entered = null;
    await this.inChannel();
  }

  forNextEvent(): Context {
    const { requestId, publicUrl, clientAddress } = this;
    const facts = { requestId, publicUrl, clientAddress, authorization: null };
    const next = new Context(this.catalog, facts, this.caller);
    next.channelHandle = this.channelHandle;
    return next;
  }

  /** The loaders of the request's channel: that of @inContext, else the caller's, else the default one. */
  inChannel(): Promise<ChannelStores> {
    return (this.entered ??= this.enter(this.channelHandle));
  }

  /** Has offers and stock read anew, after a mutation changed them: what follows in the request shows it. */
  forgetOffers(): void {
    this.entered = null;
  }

  private async enter(handle: string | null): Promise<ChannelStores> {
    const stores = await this.catalog.inChannel(handle);
    // What follows stays in it, also when another one becomes the default.
    this.channelHandle = stores.channel.handle;
    return stores;
  }
}

/** A value that is made once a request, the first time that it is asked for. */
export function oncePerRequest<T>(make: () => T): (context: Context) => T {
  const made = new WeakMap<Context, { readonly value: T }>();
  return (context) => {
    const known = made.get(context) ?? { value: make() };
    made.set(context, known);
    return known.value;
  };
}
