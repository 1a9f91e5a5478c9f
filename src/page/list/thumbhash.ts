import { thumbHashToDataURL } from 'thumbhash';

/** More than are on a screen and around it. */
const KEPT = 200;
const kept = new Map<string, string>();

/** The blurred picture that a ThumbHash in base64 stands for, as a data URL. Each is decoded once while it is near. */
export function toDataUrl(thumbhash: string): string {
  const known = kept.get(thumbhash);
  if (known !== undefined) return known;
  const url = thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0)));
  kept.set(thumbhash, url);
  for (const [oldest] of kept) {
    if (kept.size <= KEPT) break;
    kept.delete(oldest);
  }
  return url;
}
