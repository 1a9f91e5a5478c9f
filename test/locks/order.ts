import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';

const PAGE = fileURLToPath(new URL('../../docs/locks.md', import.meta.url));

/** A lock in the order; its index is its place. */
export type OrderedLock =
  | { readonly kind: 'advisory'; readonly expression: string }
  | { readonly kind: 'rows'; readonly table: string; readonly key: string }
  | { readonly kind: 'new'; readonly table: string };

export interface LockOrder {
  readonly ordered: readonly OrderedLock[];
  /**
   * Tables whose rows are locked only while another row is locked: how to find that row, as `parent.id =
   * child.parent_id`.
   */
  readonly heldWith: ReadonlyMap<string, string>;
  /** Tables whose rows are locked only FOR KEY SHARE. */
  readonly referredTo: ReadonlySet<string>;
  /** Tables whose rows are never locked. */
  readonly appendedTo: ReadonlySet<string>;
  /** Numbers of advisory locks that are only tried, without waiting. */
  readonly tried: ReadonlySet<string>;
}

/** The order of locks, read from docs/locks.md so that the two cannot diverge. */
export async function readLockOrder(): Promise<LockOrder> {
  const [first, second] = tablesOf(await readFile(PAGE, 'utf8'));
  if (first === undefined || second === undefined) throw new Error('docs/locks.md has two tables of locks');
  const with_ = second.map(([lock = '', why = '']) => ({ name: quoted(lock), lock, why }));
  const because = (reason: string): Set<string> =>
    new Set(with_.filter(({ why }) => why === reason).map(({ name }) => name));
  const heldWith = with_.filter(({ why }) => why.startsWith('held with '));
  const tried = because('tried only');
  const order = {
    ordered: first.map(([lock = '', key = '']) => orderedLock(lock, key)),
    heldWith: new Map(heldWith.map(({ name, why }) => [name, quoted(why)])),
    referredTo: because('referred to only'),
    appendedTo: because('appended to only'),
    tried,
  };
  const read = order.heldWith.size + order.referredTo.size + order.appendedTo.size + tried.size;
  if (read !== with_.length) throw new Error('docs/locks.md gives a reason that test/locks does not know');
  return order;
}

function orderedLock(lock: string, key: string): OrderedLock {
  if (lock.startsWith('advisory ')) return { kind: 'advisory', expression: quoted(lock) };
  if (lock.startsWith('new ')) return { kind: 'new', table: quoted(lock) };
  return { kind: 'rows', table: quoted(lock), key: quoted(key) };
}

/** The rows of each Markdown table, as cells without the heading. */
function tablesOf(markdown: string): string[][][] {
  const blocks = markdown.split(/\n{2,}/).filter((block) => block.startsWith('|'));
  return blocks.map((block) =>
    block
      .trim()
      .split('\n')
      .slice(2)
      .map((line) =>
        line
          .split('|')
          .slice(1, -1)
          .map((cell) => cell.trim()),
      ),
  );
}

function quoted(text: string): string {
  const [, code] = /`([^`]+)`/.exec(text) ?? [];
  if (code === undefined) throw new Error(`docs/locks.md: ${JSON.stringify(text)} names no lock`);
  return code;
}
