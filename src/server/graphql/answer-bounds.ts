import type { ExecutionResult, GraphQLSchema } from 'graphql';
import { RequestError } from '../../errors.js';
import { toGraphQLError } from '../errors.js';
import {
  ANSWER_CHARS_A_POINT,
  ERROR_CHARS,
  FREE_FIELD_CHARS,
  MAX_ANSWER_CHARS,
  MAX_ANSWER_FIELDS,
} from '../limits.js';
import { countListFields } from './list-fields.js';

/** Keeps answers small, whatever the catalog contains: an estimate does not know how long its texts and lists are. */
export interface AnswerBounds {
  /**
   * The result of an execution in this context. If it is too large, a COST_EXCEEDED without data is returned in its
   * place. Nothing is written as text before, and until then a text is in memory once, however often it is selected.
   */
  bound(context: object, result: ExecutionResult): ExecutionResult;
  /**
   * Points of the answer in this context besides those of its fields: for its long texts or, if it was refused because
   * of its lists, for the fields that had been resolved.
   */
  morePoints(context: object): number;
}

interface Size {
  chars: number;
  longChars: number;
}

/**
 * Makes the lists of the schema count the fields in them, and fail when there are too many, or when `pay` throws: it is
 * told how many fields there are in the lists of an answer so far, before those are resolved.
 */
export function createAnswerBounds(
  schema: GraphQLSchema,
  pay: (context: object, fields: number) => void,
): AnswerBounds {
  const fieldsOf = new WeakMap<object, number>();
  const more = new WeakMap<object, number>();
  countListFields(schema, (context, added) => {
    if (!isRecord(context)) return;
    const fields = (fieldsOf.get(context) ?? 0) + added;
    fieldsOf.set(context, fields);
    if (fields > MAX_ANSWER_FIELDS) throw tooManyFields();
    pay(context, fields);
  });
  return {
    bound(context, result) {
      if ((fieldsOf.get(context) ?? 0) > MAX_ANSWER_FIELDS) {
        more.set(context, MAX_ANSWER_FIELDS);
        return refused(tooManyFields());
      }
      const size: Size = { chars: 0, longChars: 0 };
      measure('', result.data, size);
      for (const { message, path = [] } of result.errors ?? []) {
        if (size.chars > MAX_ANSWER_CHARS) break;
        size.chars += ERROR_CHARS;
        add(message.length + path.reduce<number>((sum, part) => sum + String(part).length, 0), size);
      }
      if (size.chars > MAX_ANSWER_CHARS) return refused(tooManyChars());
      more.set(context, size.longChars / ANSWER_CHARS_A_POINT);
      return result;
    },
    morePoints: (context) => more.get(context) ?? 0,
  };
}

function add(chars: number, size: Size): void {
  size.chars += chars;
  if (chars > FREE_FIELD_CHARS) size.longChars += chars - FREE_FIELD_CHARS;
}

/** Stops when it is too much. */
function measure(name: string, value: unknown, size: Size): void {
  if (size.chars > MAX_ANSWER_CHARS) return;
  if (typeof value === 'string') add(name.length + value.length, size);
  else {
    add(name.length + 1, size);
    if (Array.isArray(value)) for (const entry of value) measure('', entry, size);
    else if (isRecord(value)) for (const key in value) measure(key, value[key], size);
  }
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;

const refused = (error: RequestError): ExecutionResult => ({ data: null, errors: [toGraphQLError(error)] });

const AFTER_A_MUTATION =
  'A mutation may have taken effect; with the same idempotencyKey, it takes effect only once.';

const tooManyFields = (): RequestError =>
  new RequestError(
    'COST_EXCEEDED',
    `The lists in the answer have more than ${MAX_ANSWER_FIELDS} fields: ask for fewer objects at a time, or for fewer fields of each. ${AFTER_A_MUTATION}`,
  );

const tooManyChars = (): RequestError =>
  new RequestError(
    'COST_EXCEEDED',
    `The answer has more than ${MAX_ANSWER_CHARS} characters: ask for fewer objects at a time, and for each long text, such as a description, once. ${AFTER_A_MUTATION}`,
  );
