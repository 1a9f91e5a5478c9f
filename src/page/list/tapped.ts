/** By handles of products: enough for the last few. */
const MOST = 20;
const tapped = new Map<string, string>();

/** Notes which picture of a product somebody tapped in a list. */
export function noteTapped(handle: string, picture: string): void {
  tapped.delete(handle);
  tapped.set(handle, picture);
  const [oldest] = tapped.keys();
  if (tapped.size > MOST && oldest !== undefined) tapped.delete(oldest);
}

/** The id of the picture by which the product was last opened from a list; undefined when it was not. */
export const tappedPicture = (handle: string): string | undefined => tapped.get(handle);
