import { isIP } from 'node:net';

/**
 * The namespace of whoever controls the host of a URL: `example.shop` for https://shop.example. Null when the host is an
 * address or has one label, because nobody can prove to control those.
 */
export function authorityOf(publicUrl: string): string | null {
  const { hostname } = new URL(publicUrl);
  const host = hostname.replace(/\.$/, '').toLowerCase();
  const labels = host.split('.');
  if (host.startsWith('[') || isIP(host) !== 0 || labels.length < 2) return null;
  return labels.reverse().join('.');
}
