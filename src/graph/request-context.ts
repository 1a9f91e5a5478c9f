import { type Caller, requireChannel } from '../access/caller.js';
import type { Pseudonyms } from '../access/pseudonyms.js';
import type { CatalogLoaders, ChannelStores, Loaders } from '../catalog/loaders.js';
import { networkOf } from '../platform/client-network.js';
import type { Meter } from './meter.js';
import { clientPayer, type Payer, type RequestFacts, type ServerContext } from './server-context.js';

/**
 * One request: its caller, its channel, and one set of loaders. Resolvers get the process's services by injection.
 */
export class Context implements ServerContext {
  readonly requestId: string;
  /** Scheme, host, and port by which the caller reached the gateway. */
  readonly publicUrl: string;
  /** IP address of the client, or of the shopper for whom it asks. */
  readonly clientAddress: string;
  /** IP address that the request came from. */
  readonly senderAddress: string;
  readonly payer: Payer;
  readonly signal: AbortSignal;
  readonly loaders: Loaders;
  // Not #private: Apollo Server gives resolvers a copy of the context, and a copy lacks private fields.
  private channelHandle: string | null;
  private language: string | null = null;
  private entered: Promise<ChannelStores> | null = null;

  /** `identify` says who the caller is by now, and throws once its key or token is no longer valid. */
  constructor(
    private readonly catalog: CatalogLoaders,
    request: Pick<RequestFacts, 'requestId' | 'publicUrl' | 'clientAddress' | 'signal'>,
    readonly caller: Caller,
    private readonly identify: () => Promise<Caller>,
    readonly meter: Meter,
    readonly pseudonyms: Pick<Pseudonyms, 'of'>,
  ) {
    this.requestId = request.requestId;
    this.publicUrl = request.publicUrl;
    this.clientAddress = caller.shopperAddress ?? request.clientAddress;
    this.senderAddress = request.clientAddress;
    this.payer = payerOf(caller, request.clientAddress);
    this.signal = request.signal;
    this.channelHandle = caller.channels[0] ?? null;
    this.loaders = catalog.forRequest();
  }

  get trustedDocumentsOnly(): boolean {
    return this.caller.trustedDocumentsOnly;
  }

  /** Sets what @inContext names, if it is not null. @throws RequestError UNKNOWN_CHANNEL, FORBIDDEN */
  async enter({ channel, language }: { channel: string | null; language: string | null }): Promise<void> {
    if (channel !== null) {
      requireChannel(this.caller, channel);
      this.channelHandle = channel;
    }
    this.language = language;
    this.entered = null;
    await this.inChannel();
  }

  async forNextEvent(signal: AbortSignal): Promise<Context> {
    const caller = await this.identify();
    if (this.channelHandle !== null) requireChannel(caller, this.channelHandle);
    const { requestId, publicUrl, clientAddress, identify, meter, pseudonyms } = this;
    const facts = { requestId, publicUrl, clientAddress, signal };
    const next = new Context(this.catalog, facts, caller, identify, meter, pseudonyms);
    next.channelHandle = this.channelHandle;
    next.language = this.language;
    return next;
  }

  /** The loaders of the request's channel: the channel of @inContext, else the caller's, else the default channel. */
  inChannel(): Promise<ChannelStores> {
    return (this.entered ??= this.open(this.channelHandle));
  }

  /**
   * Makes offers and stock load again after a mutation changed them, so that the rest of the request sees the change.
   */
  forgetOffers(): void {
    this.entered = null;
  }

  private async open(handle: string | null): Promise<ChannelStores> {
    const stores = await this.catalog.inChannel(handle, this.language);
    // The rest of the request stays in this channel, even if another one becomes the default.
    this.channelHandle = stores.channel.handle;
    return stores;
  }
}

/**
 * An API key pays for its requests, wherever they come from, with the share of the shopper that they name; other requests
 * are paid by the client's network.
 */
export function payerOf(caller: Caller, clientAddress: string): Payer {
  const { keyId, budget } = caller;
  return keyId === null
    ? clientPayer(clientAddress)
    : { kind: 'key', id: String(keyId), pointsPerSecond: budget, shopper: shopperOf(caller), site: null };
}

/** Without a name, a shopper is whoever shares the network. */
function shopperOf({ shopper, shopperAddress }: Caller): string | null {
  if (shopper !== null) return shopper.toString('base64url');
  return shopperAddress === null ? null : networkOf(shopperAddress);
}

/** Makes a value once per request, when it is first needed. */
export function oncePerRequest<T>(make: () => T): (context: Context) => T {
  const made = new WeakMap<Context, { readonly value: T }>();
  return (context) => {
    const known = made.get(context) ?? { value: make() };
    made.set(context, known);
    return known.value;
  };
}
