import { expect, test } from '@jest/globals';
import { WebSocket } from 'ws';
import { createSocketBacklogs } from '../../src/server/graphql/socket-backlogs.js';
import { MAX_SOCKET_BACKLOG_BYTES, MAX_SOCKET_BACKLOG_BYTES_PER_SITE } from '../../src/server/limits.js';

class Socket {
  readyState: 0 | 1 | 2 | 3 = WebSocket.OPEN;
  constructor(public bufferedAmount: number) {}
  terminate(): void {
    this.readyState = WebSocket.CLOSING;
  }
}

const isDropped = ({ readyState }: Socket): boolean => readyState !== WebSocket.OPEN;

// Failed on 2026-11-30: only each WebSocket was limited, and an address has 90 of them.
test('when those of a site have too much unread together, who has most is dropped', () => {
  const backlogs = createSocketBacklogs();
  const all = MAX_SOCKET_BACKLOG_BYTES_PER_SITE / MAX_SOCKET_BACKLOG_BYTES;
  const full = Array.from({ length: all - 1 }, () => new Socket(MAX_SOCKET_BACKLOG_BYTES - 1));
  const largest = new Socket(MAX_SOCKET_BACKLOG_BYTES);
  const other = new Socket(MAX_SOCKET_BACKLOG_BYTES);
  const drained = new Socket(MAX_SOCKET_BACKLOG_BYTES - 1);
  backlogs.note('site', drained);
  drained.bufferedAmount = 0;
  backlogs.note('site', drained);
  for (const socket of [largest, ...full]) backlogs.note('site', socket);
  backlogs.note('other site', other);
  expect([largest, other, drained, ...full].filter(isDropped)).toEqual([]);

  const small = new Socket(1_000);
  backlogs.note('site', small);
  expect([largest, other, small, drained, ...full].filter(isDropped)).toEqual([largest]);

  // The place of one that has closed is free.
  full.slice(0, 1).forEach((socket) => backlogs.forget('site', socket));
  backlogs.note('site', new Socket(MAX_SOCKET_BACKLOG_BYTES - 1));
  expect(full.filter(isDropped)).toEqual([]);
});
