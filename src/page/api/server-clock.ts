/** Less than this is the second in which a header was written, and the way that it took. */
const NOTICED_MS = 2_000;

let offsetMs = 0;

/** Notes by how much the clock of this device is wrong, as far as an answer says. */
export function noteServerTime(response: Response): void {
  const serverMs = Date.parse(response.headers.get('date') ?? '');
  if (Number.isNaN(serverMs)) return;
  const difference = serverMs - Date.now();
  offsetMs = Math.abs(difference) < NOTICED_MS ? 0 : difference;
}

/** Milliseconds since 1970 by the clock of the gateway, which decides when a hold ends. */
export const serverNow = (): number => Date.now() + offsetMs;
