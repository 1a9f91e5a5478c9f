import { signal } from '@preact/signals';
import { Failure, toFailure } from '../api/failure.js';
import { show } from '../route.js';
import { scaleDown } from './scale.js';
import { upload } from './upload.js';

/** A picture that is on its way to the server. */
export interface Incoming {
  /** As it is seen meanwhile; null until it is read. */
  readonly canvas: HTMLCanvasElement | null;
  readonly failure: Failure | null;
  readonly retry: () => void;
}

/** A picture that this browser has, so that it needs no download. */
export interface LocalPicture {
  readonly url: string;
  readonly width: number;
  readonly height: number;
}

export const incoming = signal<Incoming | null>(null);

const local = new Map<string, LocalPicture>();
export const localPicture = (id: string): LocalPicture | undefined => local.get(id);

let latest = 0;

/** Searches with a picture that was dropped, pasted, picked, or taken. */
export async function take(file: Blob): Promise<void> {
  latest += 1;
  const turn = latest;
  const retry = (): void => void take(file);
  incoming.value = { canvas: null, failure: null, retry };
  // Seen before it is a file again, which takes as long as to read it. To show what was picked itself takes far longer.
  const seen = (canvas: HTMLCanvasElement): void => {
    if (turn === latest) incoming.value = { canvas, failure: null, retry };
  };
  try {
    const { blob, width, height } = await scaleDown(file, seen).catch(() => {
      throw new Failure('IMAGE_UNDECODABLE', 'This browser cannot read the picture.');
    });
    if (turn !== latest) return;
    const id = await upload(blob);
    local.set(id, { url: URL.createObjectURL(blob), width, height });
    if (turn !== latest) return;
    incoming.value = null;
    show({ at: 'picture', id, box: null });
  } catch (error) {
    if (turn === latest) incoming.value = { canvas: null, failure: toFailure(error), retry };
  }
}

/** Forgets the picture that is on its way. */
export function cancel(): void {
  latest += 1;
  incoming.value = null;
}

/** Whether something that could be a picture is being dragged over the page. */
export const isDragging = signal(false);

const pictureIn = (items: DataTransfer | null): File | undefined =>
  [...(items?.files ?? [])].find(({ type }) => type.startsWith('image/'));

/** Takes pictures that are dropped anywhere on the page, or pasted. To be called once. */
export function takeDropsAndPastes(): void {
  let depth = 0;
  const hasFiles = (event: DragEvent): boolean => event.dataTransfer?.types.includes('Files') ?? false;
  addEventListener('dragenter', (event) => {
    if (!hasFiles(event)) return;
    depth += 1;
    isDragging.value = true;
  });
  addEventListener('dragleave', () => {
    depth = Math.max(0, depth - 1);
    isDragging.value = depth > 0;
  });
  addEventListener('dragover', (event) => {
    if (hasFiles(event)) event.preventDefault();
  });
  addEventListener('drop', (event) => {
    depth = 0;
    isDragging.value = false;
    if (!hasFiles(event)) return;
    event.preventDefault();
    // Windows says no type of a HEIC file: what is no picture is told when it is read.
    const picture = pictureIn(event.dataTransfer) ?? event.dataTransfer?.files[0];
    if (picture) void take(picture);
  });
  addEventListener('paste', (event) => {
    // Office puts a picture of the text beside it.
    if (event.clipboardData?.types.includes('text/plain') === true) return;
    const picture = pictureIn(event.clipboardData);
    if (!picture) return;
    event.preventDefault();
    void take(picture);
  });
}
