import { jest } from '@jest/globals';
import { Client } from 'pg';

/** The name that a statement of ours has, such as `product.byKey`; null: it has none, as one within a function. */
export const nameOfStatement = (text: string): string | null =>
  /\/\* (\w+\.\w+) \*\//.exec(text)?.[1] ?? null;

/** What a gateway does beside requests, or only until it is cached. */
const BESIDE = /^(sync|projection|request|availability|channel|apiKey)\./;

/** Whether a statement of this name is sent once for each request that needs it, whatever else the gateway does. */
export const isOfRequest = (name: string): boolean => !BESIDE.test(name);

/** The names of the statements that requests send while `work` runs, in their order. */
export async function statementsDuring(work: () => Promise<unknown>): Promise<string[]> {
  const spy = jest.spyOn(Client.prototype, 'query');
  try {
    await work();
    return spy.mock.calls.flatMap(([statement]) => {
      const { text } = Object(statement) as { text?: unknown };
      const name = typeof text === 'string' ? nameOfStatement(text) : null;
      return name !== null && isOfRequest(name) ? [name] : [];
    });
  } finally {
    spy.mockRestore();
  }
}
