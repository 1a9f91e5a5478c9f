import {
  attributeAllowance,
  MAX_ATTRIBUTE_CHARS,
  MAX_ATTRIBUTES,
  MAX_OPTION_CHARS,
  MAX_OPTION_VALUES,
  optionAllowance,
} from '../catalog/write/tag-limits.js';
import type { FeedRow, ProductRow } from './parse-listing.js';
import { countFault, type Fault, type ImportReport } from './report.js';

interface Attribute {
  readonly name: string;
  readonly value: string;
}

/** Values that are too many for one product. */
export interface ExcessFault extends Fault {
  readonly kind: 'attributes' | 'options';
}

/** The different attributes of a product's rows, as many as a product may have. */
export function limitAttributes(
  handle: string,
  rows: readonly Pick<ProductRow, 'line' | 'attributes'>[],
): { readonly attributes: readonly Attribute[]; readonly faults: readonly ExcessFault[] } {
  const allowance = attributeAllowance();
  const excess = new Excess();
  const attributes = new Map<string, Attribute>();
  for (const row of rows) {
    for (const [name, value] of row.attributes) {
      if (allowance.take(name, value)) attributes.set(`${name} ${value}`, { name, value });
      else excess.note(row.line);
    }
  }
  const limit = `${MAX_ATTRIBUTES} different ones with ${MAX_ATTRIBUTE_CHARS} characters, counting parts of values with slashes,`;
  return { attributes: [...attributes.values()], faults: excess.faults(handle, 'attributes', limit) };
}

/** The SKUs of a product without option values that are too many for one product. */
export function limitOptions(
  handle: string,
  rows: readonly FeedRow[],
): { readonly skus: readonly FeedRow[]; readonly faults: readonly ExcessFault[] } {
  const allowance = optionAllowance();
  const excess = new Excess();
  const skus = rows.map((row) => {
    const kept = Object.entries(row.options).filter(([name, value]) => {
      const fits = allowance.take(name, value);
      if (!fits) excess.note(row.line);
      return fits;
    });
    return { ...row, options: Object.fromEntries(kept) };
  });
  const limit = `${MAX_OPTION_VALUES} different values with ${MAX_OPTION_CHARS} characters, counting parts of values with slashes,`;
  return { skus, faults: excess.faults(handle, 'options', limit) };
}

class Excess {
  #count = 0;
  #firstLine = 0;

  note(line: number): void {
    if (this.#count === 0) this.#firstLine = line;
    this.#count += 1;
  }

  faults(handle: string, kind: ExcessFault['kind'], limit: string): ExcessFault[] {
    if (this.#count === 0) return [];
    const reason = `${kind}: The product ${JSON.stringify(handle)} has too many; ${this.#count} were left out. At most ${limit} are allowed.`;
    return [{ kind, line: this.#firstLine, reason }];
  }
}

/** Counts what products have beyond their limits. */
export function countExcess(
  report: ImportReport,
  drafts: readonly { readonly excess: readonly ExcessFault[] }[],
): void {
  for (const { excess } of drafts)
    for (const { kind, ...fault } of excess) countFault(report.leftOut, kind, fault);
}
