import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { BlobStore } from '../platform/blob-store.js';
import { OperatorError } from '../platform/operator-error.js';
import type { Database } from '../platform/postgres.js';
import type { Progress } from '../platform/progress.js';
import type { SameProductModel } from '../search/probability/same-product.js';
import { decodeRaster } from '../vision/decode.js';
import type { OpenEncoder } from '../vision/encoder.js';
import { shrinkRaster } from '../vision/raster.js';
import { auditPicture, questionsOf } from './audit-picture.js';
import { readCatalog, type Catalog } from './catalog.js';
import { withSights } from './exhibits.js';
import { typeVote, type Subject } from './outcome.js';
import { auditPage } from './page.js';
import { pictureOf, toDataUrl } from './picture.js';
import type { Regions } from './regions.js';
import { auditReport, summarize, type AuditReport } from './report.js';
import { AUDIT_VERSION, readState, writeState, writeWhole, type AuditState } from './state.js';
import { drawSubjects } from './subjects.js';
import { compare, type Thresholds } from './thresholds.js';

/** Passes after which success is recorded, besides the last one. */
const CHECKPOINTS = [10, 25, 50, 100, 150];
/** Pixels of the longer side of pictures whose regions are attacked: those that the included networks look at. */
const REGION_SIDE = 576;

export interface AuditServices {
  readonly db: Database;
  readonly encoder: OpenEncoder;
  readonly regions: Regions;
  /** Threads of the encoder. */
  readonly threads: number;
  /** What `matchSku` judges with; null when nothing is calibrated. */
  readonly model: SameProductModel | null;
  readonly images: BlobStore;
  readonly progress: Progress;
}

export interface Audit {
  readonly seed: number;
  readonly images: number;
  readonly passes: number;
  readonly thresholds: Thresholds;
  /** An existing folder, for the state and the reports. */
  readonly folder: string;
}

/**
 * Attacks pictures of the catalog, one after another, and writes audit.json and audit.html. What an earlier run in the
 * same folder finished is not done again.
 * @throws OperatorError nothing encoded, a catalog that is too small, or another audit in the folder; the reason of
 * `signal`
 */
export async function runAudit(
  services: AuditServices,
  { seed, images, passes, thresholds, folder }: Audit,
  signal: AbortSignal,
): Promise<AuditReport> {
  const { encoder, model } = services;
  const catalog = await readCatalog(services.db, encoder.id, seed);
  const subjects = drawSubjects(catalog, { count: images, seed, encoder: encoder.id });
  const checkpoints = [...CHECKPOINTS.filter((at) => at < passes), passes];
  const before = await readState(folder, {
    encoder: encoder.id,
    seed,
    passes,
    images,
    regions: services.regions.id,
    calibration: model === null ? null : JSON.stringify(model.weights),
    catalog: digest(catalog),
  });
  const state = await attackAll(services, { catalog, subjects, checkpoints, folder, state: before }, signal);
  const summary = summarize(state, checkpoints);
  const report = auditReport.parse({
    version: AUDIT_VERSION,
    encoder: encoder.id,
    regions: services.regions.id,
    seed,
    ...summary,
    catalog: {
      products: catalog.products.length,
      images: catalog.images,
      allImages: catalog.allImages,
    },
    calibrated: model !== null,
    thresholds: compare(thresholds, summary),
  });
  await writeWhole(join(folder, 'audit.json'), `${JSON.stringify(report, null, 2)}\n`);
  await writeWhole(join(folder, 'audit.html'), auditPage(report, state.exhibits));
  return report;
}

interface Work {
  readonly catalog: Catalog;
  readonly subjects: readonly Subject[];
  readonly checkpoints: readonly number[];
  readonly folder: string;
  readonly state: AuditState;
}

async function attackAll(
  services: AuditServices,
  { catalog, subjects, checkpoints, folder, state: before }: Work,
  signal: AbortSignal,
): Promise<AuditState> {
  const { encoder, images, model, progress, regions, threads } = services;
  const { seed, passes } = before.options;
  const show = async (productId: number) => {
    const product = catalog.products.find((one) => one.productId === productId);
    if (product === undefined) return null;
    const picture = await toDataUrl(await pictureOf(await readImage(images, product.sha256), encoder.frame));
    return { title: product.title, picture };
  };
  const typeOf = typeVote(catalog);
  let state = before;
  const left = subjects.slice(state.pictures.length);
  if (left.length === 0) return state;
  if (state.pictures.length > 0)
    progress.say(`${state.pictures.length} of ${subjects.length} pictures are done; going on.`);
  progress.start('Asking as an attacker', left.length * questionsOf(encoder, passes));
  const setting = {
    encoder,
    regions,
    catalog,
    typeOf,
    model,
    seed,
    passes,
    checkpoints,
    lanes: threads,
    advance: (count: number) => progress.advance(count),
    signal,
  };
  for (const subject of left) {
    signal.throwIfAborted();
    const file = await readImage(images, subject.product.sha256);
    const own = await pictureOf(file, encoder.frame);
    const ownInLarge = await shrinkRaster(await decodeRaster(file, REGION_SIDE), REGION_SIDE);
    const target = await pictureOf(await readImage(images, subject.target.sha256), encoder.frame);
    const { result, sights } = await auditPicture(setting, subject, { own, ownInLarge, target });
    const shown = { product: subject.product, picture: own, result, sights, show };
    state = {
      ...state,
      pictures: [...state.pictures, result],
      exhibits: await withSights(state.exhibits, shown),
    };
    await writeState(folder, state);
  }
  progress.done();
  return state;
}

async function readImage(images: BlobStore, sha256: string): Promise<Uint8Array> {
  const bytes = await images.get(sha256);
  if (bytes === null)
    throw new OperatorError(
      'An image of the catalog is missing from VITRINE_DATA: run this with the VITRINE_DATA folder of the gateway.',
    );
  return bytes;
}

/** Changes when other pictures would be attacked, or compared with. */
function digest({ products }: Catalog): string {
  const hash = createHash('sha256');
  for (const { handle, type, sha256, vectors } of products) {
    hash.update(`${handle}\0${type}\0${sha256}\0${vectors.length}\n`);
    for (const vector of vectors) hash.update(vector);
  }
  return hash.digest('hex');
}
