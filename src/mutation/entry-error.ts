import { instantiate } from '../graph/node.js';
import { RequestError } from '../errors.js';
import { UserError, UserErrorCode, type UserErrorName } from './user-error.types.js';

/** Ends a call that does all or nothing, with everything that is wrong with its entries. */
export class EntryErrors extends Error {
  override readonly name = 'EntryErrors';

  constructor(readonly errors: readonly UserError[]) {
    super(errors.map(({ message }) => message).join(' '));
  }
}

/** A user error of the input as a whole, or of the field at `path`. */
export function userError(
  code: UserErrorName,
  path: readonly string[] | null,
  message: string,
  sellable: number | null = null,
): UserError {
  return instantiate(UserError, {
    code: UserErrorCode[code],
    field: path === null ? null : [...path],
    message,
    sellable,
  });
}

/** Collects what is wrong with the entries of a list of the input, to say it all at once. */
export class EntryFaults {
  readonly #faults: { readonly index: number; readonly error: UserError }[] = [];

  /** `list` is the field of the input that the entries stand in. */
  constructor(private readonly list: string) {}

  /** `field` within the entry, or the path to it; null: all of it. `sellable` goes with INSUFFICIENT_STOCK. */
  add(
    index: number,
    field: string | readonly string[] | null,
    code: UserErrorName,
    message: string,
    sellable: number | null = null,
  ): void {
    const path = [this.list, String(index), ...(field === null ? [] : [field].flat())];
    this.#faults.push({ index, error: userError(code, path, message, sellable) });
  }

  /** What `read` answers; null, and a fault, when it throws a user error of bad input. */
  attempt<T>(index: number, field: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 'BAD_USER_INPUT') throw error;
      this.add(index, field, error.code, error.message);
      return null;
    }
  }

  /** Whether anything is wrong with this entry. */
  has(index: number): boolean {
    return this.#faults.some((fault) => fault.index === index);
  }

  /** @throws EntryErrors in the order of the entries, when there is any */
  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    const inOrder = [...this.#faults].sort((a, b) => a.index - b.index);
    throw new EntryErrors(inOrder.map(({ error }) => error));
  }
}
