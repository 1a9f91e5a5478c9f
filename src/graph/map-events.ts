/** The events of a subscription, each turned into what it shows. Ending it ends the events. */
export function mapEvents<From, To>(
  events: AsyncIterableIterator<From>,
  show: (event: From) => To,
): AsyncIterableIterator<To> {
  return {
    async next() {
      const next = await events.next();
      return next.done === true ? { done: true, value: undefined } : { value: show(next.value) };
    },
    async return() {
      await events.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
