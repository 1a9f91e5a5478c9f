import { RequestError } from '../../errors.js';
import { checkEntryCount } from '../../mutation/entries.js';
import { EntryErrors, EntryFaults, userError } from '../../mutation/entry-error.js';
import type { ShownOptions } from '../../images/shown-options.js';
import { uploadIdToSha256 } from '../../images/upload-id.js';
import { checkText } from '../../graph/text.js';
import type { ProductText } from '../shown-text.js';
import {
  MAX_ATTRIBUTE_LENGTH,
  MAX_CODE_LENGTH,
  MAX_DESCRIPTION_LENGTH,
  MAX_FIELD_LENGTH,
  MAX_IMAGES_PER_PRODUCT,
  MAX_SKUS_PER_PRODUCT,
  MAX_TITLE_LENGTH,
  MAX_TRANSLATIONS,
  parseCategoryPath,
  parseGtin,
  parseProductUrl,
} from './product-fields.js';
import {
  attributeAllowance,
  MAX_ATTRIBUTE_CHARS,
  MAX_ATTRIBUTES,
  MAX_SHOWN_CHARS,
  MAX_SHOWN_CHOICES,
  shownKey,
} from './tag-limits.js';
import type {
  ProductImageInput,
  ProductInput,
  SelectedOptionInput,
  SkuInput,
  TranslationInput,
} from './product-write.types.js';

/** The amount that one transaction writes within a second or two. */
const MAX_IMAGES_PER_CALL = 5_000;
const MAX_SKUS_PER_CALL = 5_000;
/** Maximum options of an SKU or an image: more than any filter shows. */
const MAX_OPTIONS = 20;

const HANDLE = /^[a-z0-9][a-z0-9._-]{0,254}$/;
const NAME = /^[a-z][a-z0-9_]{0,62}$/;

/** Exactly the given fields: undefined leaves a field unchanged, null removes its value. */
export interface ProductChange {
  readonly handle: string;
  readonly language?: string | undefined;
  readonly title?: string | undefined;
  readonly description?: string | null | undefined;
  readonly brand?: string | null | undefined;
  readonly category?: readonly string[] | undefined;
  readonly url?: string | null | undefined;
  readonly translations?: readonly ProductText[] | undefined;
  readonly attributes?: readonly { readonly name: string; readonly value: string }[] | undefined;
  readonly images?: readonly ImageChange[] | undefined;
  readonly skus?: readonly SkuChange[] | undefined;
}

/** As many units as a hold can have of an SKU. */
const MAX_PROMISED = 1_000_000;

interface ImageChange {
  readonly link: string;
  readonly altText: string | null;
  /** Null: unchanged. */
  readonly shows: ShownOptions | null;
}

export interface SkuChange {
  readonly code: string;
  readonly gtin?: string | null | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly whenOut?: 'deny' | 'backorder' | 'preorder' | undefined;
  /** ISO 8601. */
  readonly restockAt?: string | null | undefined;
  readonly promised?: number | null | undefined;
}

/** Checks everything that does not require the catalog. @throws EntryErrors with every mistake */
export function checkProducts(products: readonly ProductInput[]): ProductChange[] {
  checkEntryCount('products', products);
  checkTotal(products, 'images', MAX_IMAGES_PER_CALL);
  checkTotal(products, 'skus', MAX_SKUS_PER_CALL);
  const faults = new EntryFaults('products');
  const handles = new Map<string, number>();
  const codes = new Map<string, number>();
  const changes = products.map((product, index) => {
    const checker = new EntryChecker(faults, index);
    checker.unique(handles, product.handle, ['handle'], 'The product');
    return checkProduct(checker, codes, product);
  });
  faults.throwIfAny();
  return changes;
}

function checkTotal(products: readonly ProductInput[], list: 'images' | 'skus', most: number): void {
  const total = products.reduce((sum, product) => sum + (product[list]?.length ?? 0), 0);
  if (total <= most) return;
  const message = `The products have ${total} ${list}: send at most ${most} in a call.`;
  throw new EntryErrors([userError('BAD_USER_INPUT', ['products'], message)]);
}

type Path = readonly string[];

/** Checks the fields of one entry and collects its faults. */
class EntryChecker {
  constructor(
    private readonly faults: EntryFaults,
    private readonly index: number,
  ) {}

  fault(path: Path, message: string): void {
    this.faults.add(this.index, path, 'BAD_USER_INPUT', message);
  }

  /** Returns the result of `parse`. When it throws a user error, adds a fault and returns null. */
  parsed<T>(path: Path, parse: () => T): T | null {
    try {
      return parse();
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      this.fault(path, error.message);
      return null;
    }
  }

  /** A text that may be empty. */
  text(path: Path, value: string, most: number): string {
    return this.parsed(path, () => checkText(path.at(-1) ?? '', value, most)) ?? '';
  }

  /** A trimmed text that is not empty. */
  words(path: Path, value: string, most: number): string {
    const trimmed = this.text(path, value, most).trim();
    if (value.trim() === '') this.fault(path, `${path.at(-1) ?? ''} is empty.`);
    return trimmed;
  }

  /** The page of a product; null when it is none. */
  url(path: Path, value: string): string | null {
    const text = this.text(path, value, MAX_FIELD_LENGTH);
    return this.parsed(path, () => parseProductUrl(text));
  }

  /** The name of an attribute or an option. */
  name(path: Path, value: string): string {
    const name = value.trim().toLowerCase();
    if (!NAME.test(name)) {
      this.fault(
        path,
        'A name starts with a letter and has at most 63 letters, digits, and "_", for example "sleeve_length".',
      );
    }
    return name;
  }

  unique<K>(seen: Map<K, number>, key: K, path: Path, noun: string): void {
    const before = seen.get(key);
    if (before === undefined) seen.set(key, this.index);
    else if (before === this.index) this.fault(path, `${noun} appears twice here: send it once.`);
    else this.fault(path, `${noun} is already in entry ${before}: send it once.`);
  }

  atMost(path: Path, list: readonly unknown[], most: number): boolean {
    if (list.length <= most) return true;
    this.fault(path, `${list.length} ${path.at(-1) ?? ''} are too many: at most ${most} are allowed.`);
    return false;
  }
}

/** Maps a given value; treats null as omitted. */
const given = <T, R>(value: T | null | undefined, map: (value: T) => R): R | undefined =>
  value == null ? undefined : map(value);

/** Like `given`, but keeps null. */
const orNull = <T, R>(value: T | null | undefined, map: (value: T) => R): R | null | undefined =>
  value === null ? null : given(value, map);

function checkProduct(
  checker: EntryChecker,
  codes: Map<string, number>,
  product: ProductInput,
): ProductChange {
  const { handle } = product;
  if (!HANDLE.test(handle)) {
    checker.fault(
      ['handle'],
      'A handle has 1 to 255 lowercase letters, digits, ".", "_", and "-", and begins with a letter or digit.',
    );
  }
  return {
    handle,
    language: product.language ?? undefined,
    title: given(product.title, (title) => checker.words(['title'], title, MAX_TITLE_LENGTH)),
    description: orNull(product.description, (text) =>
      checker.text(['description'], text, MAX_DESCRIPTION_LENGTH),
    ),
    brand: orNull(product.brand, (brand) => checker.words(['brand'], brand, MAX_FIELD_LENGTH)),
    category: given(product.category, (path) => {
      const text = checker.words(['category'], path, MAX_FIELD_LENGTH);
      if (text !== '' && text.split('>').some((name) => name.trim() === '')) {
        checker.fault(
          ['category'],
          'A category is a path of names, for example "Tops > Shirts". One of the names is empty.',
        );
      }
      return checker.parsed(['category'], () => parseCategoryPath(text)) ?? [];
    }),
    url: orNull(product.url, (url) => checker.url(['url'], url)),
    translations: given(product.translations, (translations) => checkTranslations(checker, translations)),
    attributes: given(product.attributes, (attributes) => {
      if (!checker.atMost(['attributes'], attributes, MAX_ATTRIBUTES)) return [];
      const seen = new Map<string, number>();
      const allowance = attributeAllowance();
      const checked = attributes.map(({ name: rawName, value: rawValue }, position) => {
        const path = ['attributes', String(position)];
        const name = checker.name([...path, 'name'], rawName);
        const value = checker.words([...path, 'value'], rawValue, MAX_ATTRIBUTE_LENGTH);
        checker.unique(seen, JSON.stringify([name, value]), path, 'The attribute');
        allowance.add(name, value);
        return { name, value };
      });
      if (allowance.isOver) {
        checker.fault(
          ['attributes'],
          `There are ${allowance.size} attributes with ${allowance.chars} characters: at most ${MAX_ATTRIBUTES} with ${MAX_ATTRIBUTE_CHARS} characters are allowed, where each part of a value with slashes counts too. Put long texts into the description.`,
        );
      }
      return checked;
    }),
    images: given(product.images, (images) => checkImages(checker, images)),
    skus: given(product.skus, (skus) =>
      checker.atMost(['skus'], skus, MAX_SKUS_PER_PRODUCT)
        ? skus.map((sku, position) => checkSku(checker, codes, sku, ['skus', String(position)]))
        : [],
    ),
  };
}

function checkTranslations(checker: EntryChecker, translations: readonly TranslationInput[]): ProductText[] {
  if (!checker.atMost(['translations'], translations, MAX_TRANSLATIONS)) return [];
  const seen = new Map<string, number>();
  return translations.map(({ language, title, description, url }, position) => {
    const path = ['translations', String(position)];
    checker.unique(seen, language, [...path, 'language'], 'The language');
    if (title == null && (description ?? '') === '')
      checker.fault(path, 'A translation needs a title or a description.');
    return {
      language,
      title: given(title, (text) => checker.words([...path, 'title'], text, MAX_TITLE_LENGTH)) ?? null,
      description:
        given(description === '' ? null : description, (text) =>
          checker.text([...path, 'description'], text, MAX_DESCRIPTION_LENGTH),
        ) ?? null,
      url: given(url, (text) => checker.url([...path, 'url'], text)) ?? null,
    };
  });
}

function checkImages(checker: EntryChecker, images: readonly ProductImageInput[]): ImageChange[] {
  if (!checker.atMost(['images'], images, MAX_IMAGES_PER_PRODUCT)) return [];
  const seen = new Map<string, number>();
  const checked = images.map(({ url, upload, altText, shows }, position) => {
    const path = ['images', String(position)];
    if ((url == null) === (upload == null))
      checker.fault(path, 'An image takes exactly one of url and upload.');
    if (url != null && !/^https:/i.test(url)) {
      checker.fault([...path, 'url'], 'Images are fetched over https only: give an https URL, or an upload.');
    }
    if (upload != null && uploadIdToSha256(upload) === null) {
      checker.fault(
        [...path, 'upload'],
        'This is not the id of an upload: use the id that POST /images returns.',
      );
    }
    const link = checker.text([...path, 'url'], url ?? upload ?? '', MAX_FIELD_LENGTH);
    if (Buffer.byteLength(link) > MAX_FIELD_LENGTH) {
      checker.fault(
        [...path, 'url'],
        `The URL is longer than ${MAX_FIELD_LENGTH} bytes: give a shorter one.`,
      );
    }
    checker.unique(seen, link, path, 'The image');
    return {
      link,
      altText: orNull(altText, (text) => checker.text([...path, 'altText'], text, MAX_FIELD_LENGTH)) ?? null,
      shows: given(shows, (options) => checkShown(checker, [...path, 'shows'], options)) ?? null,
    };
  });
  checkChoices(checker, checked);
  return checked;
}

function checkChoices(checker: EntryChecker, images: readonly ImageChange[]): void {
  const choices = new Set(images.flatMap(({ shows }) => (shows === null ? [] : [shownKey(shows)])));
  const chars = [...choices].reduce((sum, choice) => sum + choice.length, 0);
  const remedy = 'Give the color of an image, and leave out what all SKUs have in common.';
  if (choices.size > MAX_SHOWN_CHOICES) {
    checker.fault(
      ['images'],
      `The images show ${choices.size} different choices of options: at most ${MAX_SHOWN_CHOICES} are allowed. ${remedy}`,
    );
  } else if (chars > MAX_SHOWN_CHARS) {
    checker.fault(
      ['images'],
      `The different choices of options that the images show have ${chars} characters: at most ${MAX_SHOWN_CHARS} are allowed. ${remedy}`,
    );
  }
}

function checkShown(
  checker: EntryChecker,
  path: Path,
  options: readonly SelectedOptionInput[],
): ShownOptions {
  const shown = new Map<string, string[]>();
  if (!checker.atMost(path, options, MAX_OPTIONS)) return {};
  for (const [position, { name: rawName, value }] of options.entries()) {
    const at = [...path, String(position)];
    const name = checker.name([...at, 'name'], rawName);
    shown.set(name, [
      ...(shown.get(name) ?? []),
      checker.words([...at, 'value'], value, MAX_ATTRIBUTE_LENGTH),
    ]);
  }
  return Object.fromEntries(shown);
}

function checkPromised(checker: EntryChecker, promised: number, path: Path): number {
  if (promised < 0 || promised > MAX_PROMISED)
    checker.fault(
      path,
      `promised is ${promised}: it must be from 0 to ${MAX_PROMISED}, or null for no limit.`,
    );
  return promised;
}

function checkSku(checker: EntryChecker, codes: Map<string, number>, sku: SkuInput, path: Path): SkuChange {
  const code = checker.words([...path, 'code'], sku.code, MAX_CODE_LENGTH);
  if (code !== '') checker.unique(codes, code, [...path, 'code'], 'The SKU');
  return {
    code,
    gtin: orNull(sku.gtin, (gtin) => checker.parsed([...path, 'gtin'], () => parseGtin(gtin))),
    options: given(sku.options, (options) => {
      if (!checker.atMost([...path, 'options'], options, MAX_OPTIONS)) return {};
      const seen = new Map<string, number>();
      return Object.fromEntries(
        options.map(({ name: rawName, value }, position) => {
          const at = [...path, 'options', String(position)];
          const name = checker.name([...at, 'name'], rawName);
          checker.unique(seen, name, [...at, 'name'], 'The option');
          return [name, checker.words([...at, 'value'], value, MAX_ATTRIBUTE_LENGTH)];
        }),
      );
    }),
    whenOut: given(sku.whenOut, (whenOut) => whenOut),
    restockAt: orNull(sku.restockAt, (moment) => moment.toISOString()),
    promised: orNull(sku.promised, (promised) => checkPromised(checker, promised, [...path, 'promised'])),
  };
}
