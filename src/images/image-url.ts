import type { ImageFormat } from './image.types.js';

/** Where a gateway at `publicUrl` serves an image; without a width, the largest rendition. */
export function imageUrl(
  publicUrl: string,
  id: string,
  { width, format }: { readonly width?: number | null; readonly format?: ImageFormat | null } = {},
): string {
  const url = new URL(`/images/${encodeURIComponent(id)}`, publicUrl);
  if (width != null) url.searchParams.set('width', String(width));
  if (format != null) url.searchParams.set('format', format);
  return url.href;
}
