import { type Caller, requireScope } from '../access/caller.js';
import { RequestError } from '../errors.js';
import type { ImageVectors } from '../images/image-vectors.js';
import type { Database } from '../platform/postgres.js';
import type { BoardReferences, PinLook } from '../search/query/board-references.js';
import type { Board } from './board.types.js';
import { findBoard, NO_BOARD } from './find-board.js';
import { readPinSubjects, type PinSubject } from './pin.store.js';

/** A pin with its subject. */
export interface SubjectLook extends PinLook {
  readonly subject: PinSubject;
}

/** The vectors of boards, for searches by board. */
export class BoardLooks implements BoardReferences {
  constructor(
    private readonly db: Database,
    private readonly vectors: ImageVectors,
  ) {}

  async find(caller: Caller, id: string): Promise<Board> {
    requireScope(caller, 'boards');
    const board = await findBoard(this.db, caller, id);
    if (board === null) throw new RequestError('NOT_FOUND', NO_BOARD);
    return board;
  }

  async pinsOf(uuid: string): Promise<SubjectLook[]> {
    const subjects = await readPinSubjects(this.db, uuid);
    const known = await this.vectors.embeddings.read(subjects.flatMap(({ images }) => images));
    const pins: SubjectLook[] = [];
    for (const subject of subjects) {
      const { positive, upload, products } = subject;
      // One after another: all pins of a board at once would fill the encoder's queue and leave no room for shoppers.
      if (upload !== null && !known.has(upload.sha256)) {
        const vector = await this.vectors.ofUpload(upload.sha256);
        if (vector !== null) known.set(upload.sha256, vector);
      }
      const images = subject.images.flatMap((sha256) => {
        const vector = known.get(sha256);
        return vector === undefined ? [] : [{ sha256, vector }];
      });
      pins.push({ subject, positive, products, images });
    }
    return pins;
  }
}
