import { WebSocket } from 'ws';
import { MAX_SOCKET_BACKLOG_BYTES_PER_SITE } from '../limits.js';

/** What this needs of a WebSocket. */
type Buffering = Pick<WebSocket, 'bufferedAmount' | 'readyState' | 'terminate'>;

interface Backlog {
  total: number;
  readonly bytes: Map<Buffering, number>;
}

/** What waits in memory for clients that do not read: all that was sent to them, also answers to their pings. */
export interface SocketBacklogs {
  /**
   * Notes how much waits for this WebSocket now. While those of its site have too much together, whichever has most is
   * dropped.
   */
  note(site: string, socket: Buffering): void;
  /** To be called when it has closed. */
  forget(site: string, socket: Buffering): void;
}

export function createSocketBacklogs(): SocketBacklogs {
  const sites = new Map<string, Backlog>();
  const set = (site: string, socket: Buffering, bytes: number): Backlog => {
    const backlog = sites.get(site) ?? { total: 0, bytes: new Map<Buffering, number>() };
    sites.set(site, backlog);
    backlog.total += bytes - (backlog.bytes.get(socket) ?? 0);
    if (bytes > 0) backlog.bytes.set(socket, bytes);
    else backlog.bytes.delete(socket);
    if (backlog.bytes.size === 0) sites.delete(site);
    return backlog;
  };
  const drop = (site: string, socket: Buffering): void => {
    set(site, socket, 0);
    socket.terminate();
  };
  return {
    note(site, socket) {
      if (socket.readyState !== WebSocket.OPEN) return;
      const backlog = set(site, socket, socket.bufferedAmount);
      while (backlog.total > MAX_SOCKET_BACKLOG_BYTES_PER_SITE) {
        const [first, ...others] = backlog.bytes;
        if (first === undefined) break;
        const [largest] = others.reduce((most, each) => (each[1] > most[1] ? each : most), first);
        drop(site, largest);
      }
    },
    forget: (site, socket) => void set(site, socket, 0),
  };
}
