import { jest } from '@jest/globals';
import { Client } from 'pg';
import { z } from 'zod';

/** The name of one of our statements, such as `product.byKey`; null if it has none, as within a function. */
export const nameOfStatement = (text: string): string | null =>
  /\/\* (\w+\.\w+) \*\//.exec(text)?.[1] ?? null;

/** Statements that a gateway runs in the background, or only until the result is cached. */
const BESIDE = /^(sync|snapshot|projection|request|availability|channel|apiKey|privacyKey|database)\./;

/** Whether each request that needs a statement with this name sends it, whatever else the gateway does. */
export const isOfRequest = (name: string): boolean => !BESIDE.test(name);

/** The names of the statements that requests send while `work` runs, in order. */
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

const statement = z.object({ text: z.string(), values: z.array(z.unknown()).default([]) });

/** The statements with this name that are sent while `work` runs, with their values. */
export async function textsDuring(
  name: string,
  work: () => Promise<unknown>,
): Promise<z.infer<typeof statement>[]> {
  const spy = jest.spyOn(Client.prototype, 'query');
  try {
    await work();
    return spy.mock.calls.flatMap(([sent]) => {
      const { success, data } = statement.safeParse(sent);
      return success && nameOfStatement(data.text) === name ? [data] : [];
    });
  } finally {
    spy.mockRestore();
  }
}
