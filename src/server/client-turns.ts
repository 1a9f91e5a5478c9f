/**
 * Starts the work of clients in turns: at most `perTurn` of each between two rounds of the event loop. Node reads all
 * connections that have data in one round, and a small request is answered within it, so one client that sends
 * thousands at once would keep the connections of all others from being read.
 */
export function createClientTurns(perTurn: number): (client: string, start: () => void) => void {
  const started = new Map<string, number>();
  const waiting = new Map<string, (() => void)[]>();
  let isPlanned = false;

  const plan = (): void => {
    if (isPlanned) return;
    isPlanned = true;
    setImmediate(() => {
      isPlanned = false;
      started.clear();
      for (const [client, queue] of waiting) {
        const due = queue.splice(0, perTurn);
        if (queue.length === 0) waiting.delete(client);
        started.set(client, due.length);
        for (const start of due) start();
      }
      if (started.size > 0) plan();
    });
  };

  return (client, start) => {
    plan();
    const queue = waiting.get(client);
    const count = started.get(client) ?? 0;
    if (queue !== undefined) queue.push(start);
    else if (count < perTurn) {
      started.set(client, count + 1);
      start();
    } else waiting.set(client, [start]);
  };
}
