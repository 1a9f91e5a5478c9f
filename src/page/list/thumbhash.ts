import { thumbHashToDataURL } from 'thumbhash';

/** The blurred picture that a ThumbHash in base64 stands for, as a data URL. */
export function toDataUrl(thumbhash: string): string {
  return thumbHashToDataURL(Uint8Array.from(atob(thumbhash), (char) => char.charCodeAt(0)));
}
