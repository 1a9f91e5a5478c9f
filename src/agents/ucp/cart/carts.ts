import { parseAmount } from '../../../graph/money.js';
import { shopLine } from '../../shop-text.js';
import { marketFor } from '../products/market.js';
import { MARKETS } from '../products/documents.js';
import type { UcpCall } from '../operation.js';
import { BusinessRefusal, notFound, TransportRefusal } from '../refusals.js';
import type { UcpMessage } from '../protocol.js';
import { type CartKey, readCartId, toCartId } from './cart-id.js';
import { CREATE, type Held, type HoldPayload, READ, RELEASE, REPLACE } from './documents.js';
import type { CartRequest } from './requests.js';

/** Reserves what is in the cart, all of it or nothing. */
export async function createCart(call: UcpCall, body: CartRequest): Promise<object> {
  const channel = await channelFor(call, body);
  const { holdCreate } = await call.ask(CREATE.document, CREATE.data, {
    channel,
    input: { lines: linesOf(body), idempotencyKey: call.idempotencyKey },
  });
  return toCart(call, channel, heldOf(holdCreate, body));
}

/** The cart as it is. @throws BusinessRefusal not_found when there is none, or it has ended */
export async function getCart(call: UcpCall, _body: unknown, id: string): Promise<object> {
  const { channel, hold: key } = keyOf(id);
  const { hold } = await found(call.ask(READ.document, READ.data, { channel, id: key }));
  if (hold?.status !== 'ACTIVE') throw missing();
  return toCart(call, channel, hold);
}

/** Reserves this instead of what was in the cart, all of it; or the cart stays as it was. */
export async function updateCart(call: UcpCall, body: CartRequest, id: string): Promise<object> {
  const { channel, hold } = keyOf(id);
  const { holdReplace } = await found(
    call.ask(REPLACE.document, REPLACE.data, {
      channel,
      input: { hold, lines: linesOf(body), idempotencyKey: call.idempotencyKey },
    }),
  );
  return toCart(call, channel, heldOf(holdReplace, body));
}

/** Gives the stock back, and answers what the cart had. */
export async function cancelCart(call: UcpCall, _body: unknown, id: string): Promise<object> {
  const { channel, hold } = keyOf(id);
  const { holdRelease } = await found(
    call.ask(RELEASE.document, RELEASE.data, {
      channel,
      input: { hold, idempotencyKey: call.idempotencyKey },
    }),
  );
  return toCart(call, channel, heldOf(holdRelease, null));
}

const missing = (): BusinessRefusal => notFound('The cart does not exist, has expired, or was canceled.');

/** A cart whose id names a channel that there is not, or is not any longer, is not there either. */
async function found<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const isUnknown = error instanceof TransportRefusal && error.messages[0].code === 'unknown_channel';
    throw isUnknown ? missing() : error;
  }
}

function keyOf(id: string): CartKey {
  const key = readCartId(id);
  if (key === null) throw missing();
  return key;
}

/** The handle of the channel that the cart is in. */
async function channelFor(call: UcpCall, body: CartRequest): Promise<string> {
  const { channel } = (await marketFor(call, { context: body.context })).variables;
  return channel ?? (await call.ask(MARKETS.document, MARKETS.data, {})).channel.handle;
}

/** One line for each item: a hold has no more. */
function linesOf({ line_items: items }: CartRequest): { sku: string; quantity: number }[] {
  const quantities = new Map<string, number>();
  for (const { item, quantity } of items) quantities.set(item.id, (quantities.get(item.id) ?? 0) + quantity);
  return [...quantities].map(([sku, quantity]) => ({ sku, quantity }));
}

/** The codes of UCP for what keeps stock from being reserved. */
const CODES: Readonly<Record<string, string>> = {
  INSUFFICIENT_STOCK: 'out_of_stock',
  NOT_FOUND: 'item_unavailable',
  HOLD_LIMIT: 'quantity_limited',
};
/** Codes of a cart that is not there any longer. */
const ENDED: ReadonlySet<string> = new Set(['HOLD_EXPIRED', 'HOLD_NOT_ACTIVE']);

/** @throws BusinessRefusal, or TransportRefusal when the request itself is wrong */
function heldOf(payload: HoldPayload, body: CartRequest | null): Held {
  if (payload?.hold != null && payload.userErrors.length === 0) return payload.hold;
  const errors = payload?.userErrors ?? [];
  const [first] = errors;
  if (first === undefined) throw missing();
  if (first.code === 'IDEMPOTENCY_CONFLICT') throw refusal(409, first.code, first.message);
  if (ENDED.has(first.code) || (first.code === 'NOT_FOUND' && first.field?.[0] === 'hold')) throw missing();
  const messages = errors.map(({ code, message, field }): UcpMessage => {
    const path = pathOf(field, body);
    return {
      type: 'error',
      code: CODES[code] ?? code.toLowerCase(),
      content: message,
      severity: 'recoverable',
      ...(path === null ? {} : { path }),
    };
  });
  const [one, ...others] = messages;
  if (one === undefined) throw missing();
  if (first.code === 'BAD_USER_INPUT') throw new TransportRefusal(400, [one, ...others]);
  throw new BusinessRefusal([one, ...others]);
}

const refusal = (status: number, code: string, content: string): TransportRefusal =>
  new TransportRefusal(status, [
    { type: 'error', code: code.toLowerCase(), content, severity: 'recoverable' },
  ]);

/** Where the line of an error is in the request: the first item that its line was made of. */
function pathOf(field: readonly string[] | null, body: CartRequest | null): string | null {
  const [list, index] = field ?? [];
  const sku = list === 'lines' && body !== null ? linesOf(body)[Number(index)]?.sku : undefined;
  if (sku === undefined || body === null) return null;
  return `$.line_items[${body.line_items.findIndex(({ item }) => item.id === sku)}]`;
}

/** A hold as UCP has carts. A line that several locations fill is one line. */
function toCart({ publicUrl }: UcpCall, channel: string, hold: Held): object {
  const { currencyCode: currency } = hold.total;
  const lines = new Map<string, { line: Held['lines'][number]; quantity: number }>();
  for (const [index, line] of hold.lines.entries()) {
    const key = line.sku?.id ?? `gone-${index}`;
    const known = lines.get(key);
    lines.set(key, { line, quantity: (known?.quantity ?? 0) + line.quantity });
  }
  const total = parseAmount(hold.total.amount, currency);
  const sums = (amount: number): object[] => [
    { type: 'subtotal', amount },
    { type: 'total', amount },
  ];
  return {
    id: toCartId({ channel, hold: hold.id }),
    line_items: [...lines].map(([id, { line, quantity }]) => {
      const price = parseAmount(line.unitPrice.amount, currency);
      const image = line.sku?.image?.url;
      return {
        id,
        item: { id, title: titleOf(line), price, ...(image == null ? {} : { image_url: image }) },
        quantity,
        totals: sums(price * quantity),
      };
    }),
    currency,
    totals: sums(total),
    continue_url: hold.checkoutUrl ?? publicUrl,
    ...(hold.status === 'ACTIVE' ? { expires_at: hold.expiresAt } : {}),
  };
}

function titleOf({ sku }: Held['lines'][number]): string {
  if (sku === null) return 'No longer offered';
  const options = sku.options.map(({ value }) => shopLine(value)).join(' / ');
  const title = shopLine(sku.product?.title ?? '');
  return options === '' ? title : `${title} – ${options}`;
}
