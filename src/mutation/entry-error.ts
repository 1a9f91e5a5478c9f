import { instantiate } from '../graph/node.js';
import { RequestError } from '../errors.js';
import { UserError, UserErrorCode, type UserErrorName } from './user-error.types.js';

/** Fails an all-or-nothing call, with every problem of its entries. */
export class EntryErrors extends Error {
  override readonly name = 'EntryErrors';

  constructor(readonly errors: readonly UserError[]) {
    super(errors.map(({ message }) => message).join(' '));
  }
}

/** A user error about the whole input, or about the field at `path`. */
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

/** Collects the problems of the entries in an input list, so that they are reported together. */
export class EntryFaults {
  readonly #faults: { readonly index: number; readonly error: UserError }[] = [];

  /** `list` is the input field that contains the entries. */
  constructor(private readonly list: string) {}

  /**
   * `field` is a field of the entry, or the path to it; null means the whole entry. `sellable` goes with
   * INSUFFICIENT_STOCK.
   */
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

  /** Returns the result of `read`. When `read` throws a user error about bad input, adds a fault and returns null. */
  attempt<T>(index: number, field: string, read: () => T): T | null {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof RequestError) || error.code !== 'BAD_USER_INPUT') throw error;
      this.add(index, field, error.code, error.message);
      return null;
    }
  }

  /** Whether this entry has a fault. */
  has(index: number): boolean {
    return this.#faults.some((fault) => fault.index === index);
  }

  /** @throws EntryErrors in the order of the entries, if there are any */
  throwIfAny(): void {
    if (this.#faults.length === 0) return;
    const inOrder = [...this.#faults].sort((a, b) => a.index - b.index);
    throw new EntryErrors(inOrder.map(({ error }) => error));
  }
}
