import { z } from 'zod';

const message = z.object({ order: z.unknown() });

/** In a helper process: answers each order of the bench, and ends with the bench. */
export function takeOrders(take: (order: unknown) => Promise<unknown>): void {
  process.on('message', (received) => {
    const { order } = message.parse(received);
    void take(order).then((answer) => process.send?.(answer));
  });
  process.once('disconnect', () => process.exit());
}
