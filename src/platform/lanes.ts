interface Queue {
  active: number;
  readonly waiting: (() => void)[];
}

/** Runs the tasks of each owner in order, at most `width` of them at once. Owners do not wait for one another. */
export class Lanes {
  readonly #queues = new Map<string, Queue>();

  constructor(private readonly width: number) {}

  async run<T>(owner: string, task: () => Promise<T>): Promise<T> {
    const queue = this.#queues.get(owner) ?? { active: 0, waiting: [] };
    this.#queues.set(owner, queue);
    if (queue.active < this.width) queue.active += 1;
    else await new Promise<void>((start) => queue.waiting.push(start));
    try {
      return await task();
    } finally {
      const next = queue.waiting.shift();
      if (next) next();
      else if (--queue.active === 0) this.#queues.delete(owner);
    }
  }
}
