import { SignJWT } from 'jose';
import type { ShopperConfig } from '../../src/config.js';

const SECRET = 'a secret of the shop and its gateway';

/** A shop whose login signs tokens with a secret that the gateway has. */
export const SHOP: ShopperConfig = {
  issuer: 'https://login.shop.example',
  audience: null,
  keys: { secret: SECRET },
};

/** The headers of a shopper's requests; empty for null. */
export async function shopperHeaders(
  shopper: string | null,
  expiresAt: Date | string = '1h',
): Promise<Record<string, string>> {
  return shopper === null ? {} : { 'vitrine-shopper': await shopperToken(shopper, expiresAt) };
}

export const shopperToken = (shopper: string, expiresAt: Date | string = '1h'): Promise<string> =>
  new SignJWT()
    .setProtectedHeader({ alg: 'HS256' })
    .setIssuer(SHOP.issuer)
    .setSubject(shopper)
    .setExpirationTime(expiresAt)
    .sign(Buffer.from(SECRET));
