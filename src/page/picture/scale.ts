/** Larger pictures find nothing more (docs/clients.md). */
const MAX_SIDE = 1_600;
const QUALITY = 0.86;

export interface ScaledPicture {
  readonly blob: Blob;
  readonly width: number;
  readonly height: number;
}

/**
 * The picture upright, at most 1,600 pixels wide and high, as JPEG. `drawn` is called with it before it is a JPEG.
 *
 * @throws DOMException when the browser cannot read it
 */
export async function scaleDown(
  picture: Blob | ImageBitmap,
  drawn: (canvas: HTMLCanvasElement) => void = () => {},
): Promise<ScaledPicture> {
  const bitmap = await createImageBitmap(picture, { imageOrientation: 'from-image' });
  const scale = Math.min(1, MAX_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext('2d');
  if (context === null) throw new Error('This browser cannot draw.');
  // What was transparent would become black in a JPEG.
  context.fillStyle = '#fff';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(bitmap, 0, 0, width, height);
  bitmap.close();
  drawn(canvas);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/jpeg', QUALITY));
  if (blob === null) throw new Error('This browser cannot write a JPEG.');
  return { blob, width, height };
}
