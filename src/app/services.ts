import { ApiKeyStore } from '../access/api-key.store.js';
import { Authenticator } from '../access/authenticate.js';
import { recordKeyUses } from '../access/key-uses.js';
import { Pseudonyms } from '../access/pseudonyms.js';
import { ShopperTokens } from '../access/shopper-tokens.js';
import { type DesignProgress, watchDesigns } from '../design/design-progress.js';
import type { DesignServices } from '../design/design-services.js';
import type { DesignEngineName } from '../design/order.js';
import { openTechPacks } from '../design/tech-packs.js';
import { BoardLooks } from '../boards/board-looks.js';
import { ChannelStore } from '../catalog/channel.store.js';
import type { CountLimits } from '../catalog/facets/kept-counts.js';
import { CatalogLoaders } from '../catalog/loaders.js';
import type { ProductWriteServices } from '../catalog/write/products-upsert.js';
import type { AnonymousScope, GuestLimits, ShopperConfig } from '../config.js';
import type { Meter } from '../graph/meter.js';
import { Guests } from '../holds/guests.js';
import type { HoldServices } from '../holds/hold-services.js';
import { LabelModels } from '../identify/label-models.js';
import { openImageFetcher } from '../images/fetch-image.js';
import { ImageVectors } from '../images/image-vectors.js';
import { HeldImages } from '../images/quarantine/held-images.js';
import { type AvailabilityWatcher, watchAvailability } from '../inventory/watch-availability.js';
import { FactLoaders } from '../knowledge/fact-loaders.js';
import type { LookServices } from '../look/look-services.js';
import { RegionProposer } from '../look/region-proposer.js';
import { closeAll } from '../platform/close-all.js';
import type { BlobStore } from '../platform/blob-store.js';
import type { Logger } from '../platform/logging.js';
import type { Database } from '../platform/postgres.js';
import type { SameProductModel } from '../search/probability/same-product.js';
import { SameProducts } from '../search/probability/same-products.js';
import { QueryVectors } from '../search/query/query-vectors.js';
import type { FollowedIndex } from '../sync/followed-index.js';
import type { Bodies } from '../vision/bodies/bodies.js';
import type { Detector } from '../vision/detector.js';
import type { Encoder } from '../vision/encoder.js';
import { tellWatchEvents } from '../watches/watch-events.js';
import type { WatchServices } from '../watches/watch-services.js';
import { tracedIndex } from './traced-index.js';

/** What a gateway opens before its services. The services use these parts but do not close them. */
export interface ServiceParts {
  /** For requests. */
  readonly db: Database;
  /** For background work, and for work that one request starts and other requests also wait for. */
  readonly background: Database;
  readonly encoder: Encoder;
  /** Null with a detector, which replaces it. */
  readonly bodies: Bodies | null;
  /** Null: regions are proposed from what people wear, or from what stands out from the background. */
  readonly detector: Detector | null;
  /** The encoder's model of when two images show the same product; null when the encoder ships without one. */
  readonly calibration: SameProductModel | null;
  readonly followed: Pick<FollowedIndex, 'index' | 'position'>;
  readonly catalogImages: BlobStore;
  readonly uploads: BlobStore;
  /** Hosts that `ImageInput.url` may name. */
  readonly imageHosts: ReadonlySet<string>;
  /** What callers without an API key may do. */
  readonly anonymousScopes: ReadonlySet<AnonymousScope>;
  /** How shoppers' tokens are verified; null: there are none. */
  readonly shoppers: ShopperConfig | null;
  /** Limits on holds of callers without the scope `holds:create`. */
  readonly guestLimits: GuestLimits;
  /** The engines of designs that workers have. */
  readonly designEngines: ReadonlySet<DesignEngineName>;
  /** By default, COUNT_LIMITS. */
  readonly countLimits?: CountLimits | undefined;
  readonly meter: Meter;
  readonly log: Logger;
}

/** The services that a process shares among all requests. */
export interface Services
  extends LookServices, DesignServices, HoldServices, ProductWriteServices, WatchServices {
  readonly pseudonyms: Pseudonyms;
  readonly callers: Authenticator;
  readonly loaders: CatalogLoaders;
  readonly facts: FactLoaders;
  readonly heldImages: HeldImages;
  readonly availability: AvailabilityWatcher;
  readonly meter: Meter;
}

export interface OpenServices extends Services {
  close(): Promise<void>;
}

/** Wires all services that resolvers use. Services are wired only here. */
export function openServices(parts: ServiceParts): OpenServices {
  const { db, encoder, followed, catalogImages, uploads, imageHosts, log } = parts;
  const index = tracedIndex(followed.index);
  const channels = new ChannelStore(db);
  const imageVectors = new ImageVectors(db, encoder, uploads, parts.bodies);
  const boardLooks = new BoardLooks(db, imageVectors);
  const fetcher = openImageFetcher();
  const availability = watchAvailability({ db, channels, log: log.child({ part: 'availability' }) });
  const designProgress: DesignProgress = watchDesigns({
    db: parts.background,
    log: log.child({ part: 'designs' }),
  });
  const techPacks = openTechPacks((error) => log.error({ err: error }, 'The thread of tech packs ended'));
  const watchEvents = tellWatchEvents({ db: parts.background, log: log.child({ part: 'watches' }) });
  const pseudonyms = new Pseudonyms(db);
  const shoppers =
    parts.shoppers && new ShopperTokens(parts.shoppers, pseudonyms, log.child({ part: 'shoppers' }));
  const keyUses = recordKeyUses(parts.background, log.child({ part: 'apiKeys' }));
  const labelModels = new LabelModels({
    db: parts.background,
    index,
    encoderId: encoder.id,
    log: log.child({ part: 'labels' }),
  });
  return {
    db,
    index,
    indexPosition: () => followed.position(),
    meter: parts.meter,
    callers: new Authenticator(new ApiKeyStore(db), keyUses, shoppers, parts.anonymousScopes),
    loaders: new CatalogLoaders(db, channels, parts.countLimits),
    facts: new FactLoaders(db),
    heldImages: new HeldImages(parts.background),
    imageVectors,
    boardLooks,
    queryVectors: new QueryVectors(db, imageVectors, boardLooks),
    sameProducts: new SameProducts(db, encoder.id, parts.calibration),
    labelModels,
    regionProposer: new RegionProposer(encoder, parts.detector, parts.bodies),
    encoderId: encoder.id,
    catalogImages,
    uploads,
    imageHosts,
    fetcher,
    availability,
    designEngines: parts.designEngines,
    designProgress,
    techPacks,
    watchEvents,
    pseudonyms,
    guests: new Guests(pseudonyms, parts.guestLimits),
    async close() {
      await closeAll([
        () => labelModels.close(),
        () => watchEvents.close(),
        () => designProgress.close(),
        () => techPacks.close(),
        () => availability.close(),
        () => fetcher.close(),
        () => keyUses.close(),
      ]);
    },
  };
}
