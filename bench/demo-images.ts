import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../catalog/images/', import.meta.url);

/**
 * The given number of pictures from the demo catalog, spread over it so that every kind of garment is included; fewer
 * if the catalog has fewer.
 */
export function demoImages(count: number): Buffer[] {
  const step = Math.max(1, Math.floor(files().length / count));
  return files()
    .filter((_, index) => index % step === 0)
    .slice(0, count)
    .map((file) => readFileSync(new URL(file, FOLDER)));
}

function files(): string[] {
  try {
    return readdirSync(FOLDER)
      .filter((file) => /\.(webp|jpe?g|png|avif)$/.test(file))
      .sort();
  } catch {
    return [];
  }
}
