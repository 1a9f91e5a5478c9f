import { expect, test } from '@jest/globals';
import { runNode } from '../support/process.js';

const built = (path: string): string => JSON.stringify(new URL(`../../dist/${path}`, import.meta.url).href);
const graphql = JSON.stringify(import.meta.resolve('graphql'));

/** A query whose second entry fails at once, and whose first entry fails after the list has already failed. */
const PROGRAM = (guard: boolean, later: string) => `
  import { execute, parse, buildSchema } from ${graphql};
  import { survivesAbandonedErrors } from ${built('server/graphql/abandoned-errors.js')};
  if (${guard}) survivesAbandonedErrors({ debug: () => console.log('abandoned') });
  const schema = buildSchema('type Query { list: [Entry!] } type Entry { value: Int! }');
  const fail = () => { throw new Error('at once') };
  const later = async () => { await new Promise(setImmediate); throw new Error('later') };
  const document = parse('{ list { value } }');
  const { data } = await execute({ schema, document, rootValue: { list: [{ value: later }, { value: fail }] } });
  console.log(JSON.stringify(data));
  ${later}
  setTimeout(() => console.log('lives'), 50);`;

const run = (guard: boolean, later = '') =>
  runNode(['--input-type=module', '--eval', PROGRAM(guard, later)]).ended;

test('a list entry that fails after its list does not end the process', async () => {
  // The behavior of graphql-js without the guard; if this process survives, the guard can be removed.
  expect(await run(false)).toMatchObject({ code: 1, stdout: '{"list":null}\n' });
  expect(await run(true)).toMatchObject({ code: 0, stdout: '{"list":null}\nabandoned\nlives\n' });
});

test('any other rejection that nobody handles still ends it', async () => {
  const { code, stderr } = await run(true, `Promise.reject(new Error('a fault'));`);
  expect(code).toBe(1);
  expect(stderr).toContain('a fault');
});
