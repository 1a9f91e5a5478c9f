import { z } from 'zod';
import { readLines } from '../platform/lines.js';

const ENTITY_KINDS = ['BRAND', 'MAKER', 'STYLE', 'ERA', 'MATERIAL', 'TECHNIQUE', 'PLACE'] as const;

/** A longer text is a document, not a label, statement, or source name. */
const MAX_NAME_LENGTH = 200;
const MAX_TEXT_LENGTH = 2_000;
/** An entity corresponds to a handful of values in the catalog. */
const MAX_LINKS = 100;

const text = (most: number): z.ZodType<string> =>
  z
    .string()
    .trim()
    .min(1, 'is empty: give a value, or omit the field')
    .max(most, `is longer than ${most} characters: shorten it`)
    .refine(
      (value) => !value.includes('\0') && !/\p{Surrogate}/u.test(value),
      'contains a NUL character or an unpaired surrogate: remove it',
    );

const handle = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9._/-]{0,254}$/,
    'must be lowercase letters, digits, ".", "_", "/", and "-", like "aran-knitting"',
  );

const links = <T extends z.ZodType>(link: T) =>
  z
    .array(link)
    .max(MAX_LINKS, `has more than ${MAX_LINKS} entries: keep the most important ones`)
    .default([]);

const sourceUrl = text(MAX_TEXT_LENGTH)
  .refine(
    (url) => /^https?:\/\//.test(url) && URL.canParse(url),
    'must be a full URL, for example https://en.wikipedia.org/wiki/Denim',
  )
  .nullable()
  .default(null);

const entityLine = z.strictObject({
  entity: handle,
  kind: z.enum(ENTITY_KINDS, `must be one of ${ENTITY_KINDS.join(', ')}`),
  label: text(MAX_NAME_LENGTH),
  externalId: text(MAX_NAME_LENGTH).nullable().default(null),
  description: text(MAX_TEXT_LENGTH).nullable().default(null),
  /** Where it is stated that `externalId` means what `label` says. */
  source: text(MAX_NAME_LENGTH).nullable().default(null),
  sourceUrl,
  /** Handles of brands and products, and attribute values, that this entity stands for. */
  brands: links(handle),
  products: links(handle),
  attributes: links(z.strictObject({ name: text(MAX_NAME_LENGTH), value: text(MAX_TEXT_LENGTH) })),
});

const relationLine = z.strictObject({
  subject: handle,
  predicate: text(MAX_NAME_LENGTH),
  /** The handle of another entity … */
  object: handle.nullable().default(null),
  /** … or a text. */
  value: text(MAX_TEXT_LENGTH).nullable().default(null),
  source: text(MAX_NAME_LENGTH),
  sourceUrl,
});

export type EntityLine = z.infer<typeof entityLine>;
export type RelationLine = z.infer<typeof relationLine>;

/** A line of a facts file: an entity, a relation, or a fault. */
export type FactsLine = { readonly line: number } & (
  { readonly entity: EntityLine } | { readonly relation: RelationLine } | { readonly fault: string }
);

/** The lines of a facts file (JSON Lines); empty lines are skipped. */
export async function* readFacts(path: string, signal?: AbortSignal): AsyncGenerator<FactsLine> {
  for await (const read of readLines(path, signal)) {
    const { number: line } = read;
    if ('fault' in read) yield { line, fault: `${read.fault} Correct the line, or remove it.` };
    else if (read.text.trim() !== '') yield { line, ...parseLine(read.text) };
  }
}

type Parsed = { entity: EntityLine } | { relation: RelationLine } | { fault: string };

function parseLine(json: string): Parsed {
  let content: unknown;
  try {
    content = JSON.parse(json);
  } catch {
    return { fault: 'This is not JSON: each line must be one complete JSON object.' };
  }
  if (typeof content !== 'object' || content === null || Array.isArray(content))
    return { fault: 'A line must be an object with "entity" or "subject".' };
  const isEntity = Object.hasOwn(content, 'entity');
  if (isEntity === Object.hasOwn(content, 'subject')) {
    return {
      fault: 'A line must have exactly one of "entity" and "subject" (the entity that a fact is about).',
    };
  }
  if (isEntity) {
    const entity = entityLine.safeParse(content, { reportInput: true });
    if (!entity.success) return { fault: describe(entity.error) };
    if (entity.data.source === null && entity.data.sourceUrl !== null)
      return { fault: 'source: is missing: name what is at sourceUrl.' };
    return { entity: entity.data };
  }
  const relation = relationLine.safeParse(content, { reportInput: true });
  if (!relation.success) return { fault: describe(relation.error) };
  const { subject, object, value } = relation.data;
  if ((object === null) === (value === null))
    return { fault: 'Give exactly one of object (the handle of an entity) and value (text).' };
  if (object === subject) return { fault: 'object: is the same as subject; use another entity.' };
  return { relation: relation.data };
}

const describe = ({ issues }: z.ZodError): string => `${issues.map(describeIssue).join('; ')}.`;

function describeIssue(issue: z.core.$ZodIssue): string {
  const field = issue.path.map(String).join('.');
  if (issue.code === 'unrecognized_keys') {
    const place = field === '' ? '' : ` in ${field}`;
    return `there is no field ${issue.keys.map((key) => JSON.stringify(key)).join(', ')}${place}: remove it`;
  }
  if (issue.code === 'invalid_type') {
    return issue.input === undefined
      ? `${field}: is missing: add it`
      : `${field}: must be ${issue.expected === 'array' ? 'a list' : `of the type ${issue.expected}`}`;
  }
  return `${field}: ${issue.message}`;
}
