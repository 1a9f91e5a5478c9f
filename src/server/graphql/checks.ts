import { RequestError } from '../../errors.js';
import type { ServerContext } from '../../graph/server-context.js';
import { forClient } from '../../platform/clients.js';
import type { RequestPayer } from '../../platform/request-payer.js';
import type { Charges } from '../cost/charges.js';
import { createDocumentGuard } from './document-limits.js';
import type { TrustedDocuments } from './trusted-documents.js';
import { toGraphQLError } from '../errors.js';
import { enterContext } from './in-context.js';
import type { Operation } from './operation.js';
import { MAX_NAME_CHARS } from '../../graph/suggestions.js';
import { ENTRIES_A_POINT, MAX_LIST_ENTRIES, MAX_OBJECT_FIELDS, MAX_VARIABLES } from '../limits.js';

/** An operation that may be executed, until the signal aborts. */
export interface CheckedOperation extends Operation {
  readonly signal: AbortSignal;
  readonly requestPayer: RequestPayer;
  /** What it costs to read the variables, which graphql-js does once for each event of a subscription. */
  readonly variablePoints: number;
}

/** Checks before execution, the same over HTTP and over a WebSocket. */
export interface Checks {
  /** To be called before a document is parsed and validated. @throws GraphQLError COST_EXCEEDED */
  checkText(text: string, sender: string): void;
  /** Whether this text passed recently, so that checking it again takes no time. */
  knows(text: string): boolean;
  /** Who sent this text first, as far as it is known. */
  senderOf(text: string): string | undefined;
  /** To be called when a document is not valid. */
  forget(text: string): void;
  /**
   * Limits the caller to trusted documents if it is limited to them, charges the cost of the operation, and sets the
   * channel of the context. @throws GraphQLError
   */
  checkOperation(operation: Operation, context: ServerContext): Promise<void>;
  /**
   * The operation that passed the checks in this context, with only the variables that it declares. Execution gets
   * the operation only from here, so that nothing unchecked can be executed.
   *
   * @throws Error when none has passed
   */
  passed(context: object): CheckedOperation;
}

export function createChecks(
  charges: Pick<Charges, 'charge' | 'requestPayer'>,
  documents: Pick<TrustedDocuments, 'has'> = { has: () => false },
): Checks {
  const guard = createDocumentGuard();
  const passed = new WeakMap<object, CheckedOperation>();
  return {
    checkText(text, sender) {
      try {
        guard.check(text, sender);
      } catch (error) {
        throw toGraphQLError(error);
      }
    },
    knows: (text) => guard.knows(text),
    senderOf: (text) => guard.senderOf(text),
    forget: (text) => guard.forget(text),
    async checkOperation(operation, context) {
      try {
        if (context.trustedDocumentsOnly && !documents.has(operation.documentHash)) throw notTrusted();
        const { variables, entries } = declaredVariables(operation);
        const declared = { ...operation, variables };
        // graphql-js reads all entries, also those of fields that are skipped.
        const variablePoints = Math.floor(entries / ENTRIES_A_POINT);
        await charges.charge(context, declared, variablePoints);
        const requestPayer = charges.requestPayer(context);
        await forClient(requestPayer.name, () => enterContext(declared, context));
        passed.set(context, { ...declared, signal: context.signal, requestPayer, variablePoints });
      } catch (error) {
        throw toGraphQLError(error);
      }
    },
    passed(context) {
      const operation = passed.get(context);
      if (!operation) throw new Error('An operation that had not passed the checks was about to be executed');
      return operation;
    },
  };
}

function notTrusted(): RequestError {
  return new RequestError(
    'FORBIDDEN',
    'This API key is limited to trusted documents, and this is not one of them: send the documentId of a document in ' +
      'the manifest of this gateway.',
  );
}

/** The GraphQL over HTTP specification treats an empty operationName as none. */
export function givenName(operationName: string | null | undefined): string | undefined {
  return operationName || undefined;
}

/** Without a prototype, so that an omitted variable `$constructor` is not found. */
function declaredVariables({ operation, variables }: Operation): {
  readonly variables: Record<string, unknown>;
  /** Of all lists in them, with objects that are in no list. */
  readonly entries: number;
} {
  if (hasMoreKeys(variables, MAX_VARIABLES)) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The request has more than ${MAX_VARIABLES} variables: send only those that the operation declares.`,
    );
  }
  const declared: Record<string, unknown> = { __proto__: null };
  for (const { variable } of operation.variableDefinitions ?? []) {
    const name = variable.name.value;
    if (Object.hasOwn(variables, name)) declared[name] = variables[name];
  }
  const entries = countEntries(declared, MAX_LIST_ENTRIES);
  if (entries > MAX_LIST_ENTRIES) {
    throw new RequestError(
      'BAD_USER_INPUT',
      `The variables have more than ${MAX_LIST_ENTRIES} entries of lists and objects: send fewer at a time.`,
    );
  }
  return { variables: declared, entries };
}

/** The entries of all lists, and objects in objects; stops counting beyond the limit. */
function countEntries(variables: Readonly<Record<string, unknown>>, limit: number): number {
  const open = Object.values(variables).filter(isObject);
  let count = open.length;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const inner = Object.values(next).filter(isObject);
    if (Array.isArray(next)) count += next.length;
    else {
      refuseOddNames(next);
      count += inner.length;
    }
    if (count > limit) break;
    open.push(...inner);
  }
  return count;
}

/** graphql-js compares each name that it does not know with all that it knows: see `boundSuggestions`. */
function refuseOddNames(fields: object): void {
  if (hasMoreKeys(fields, MAX_OBJECT_FIELDS))
    throw new RequestError(
      'BAD_USER_INPUT',
      `An object in the variables has more than ${MAX_OBJECT_FIELDS} fields: send only those that its type has.`,
    );
  const long = Object.keys(fields).find((name) => name.length > MAX_NAME_CHARS);
  if (long !== undefined)
    throw new RequestError(
      'BAD_USER_INPUT',
      `A field in the variables has a name of more than ${MAX_NAME_CHARS} characters: "${long.slice(0, MAX_NAME_CHARS)}…".`,
    );
}

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** Stops counting at the limit. */
function hasMoreKeys(object: object, limit: number): boolean {
  let count = 0;
  for (const _key in object) {
    count += 1;
    if (count > limit) return true;
  }
  return false;
}
