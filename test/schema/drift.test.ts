import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { printedSchema } from '../../src/app/printed-schema.js';
import { createSchema } from '../../src/app/schema.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CODEGEN_TIMEOUT_MS = 120_000;

test('schema/schema.graphql is what the code makes: npm run schema', async () => {
  expect(printedSchema(createSchema())).toBe(await readFile(`${ROOT}/schema/schema.graphql`, 'utf8'));
});

test(
  'test/generated is what the schema and the operations make: npm run codegen',
  async () => {
    const run = promisify(execFile)('npx', ['graphql-codegen', '--config', 'codegen.yml', '--check'], {
      cwd: ROOT,
    });
    await expect(run).resolves.toBeDefined();
  },
  CODEGEN_TIMEOUT_MS,
);

test('every type says what it is', () => {
  const silent = Object.values(createSchema().getTypeMap())
    .filter(
      (type) =>
        !type.name.startsWith('__') && !['String', 'Int', 'Float', 'Boolean', 'ID'].includes(type.name),
    )
    .filter((type) => !type.description && !['Query', 'Mutation', 'Subscription'].includes(type.name))
    .map((type) => type.name);
  expect(silent).toEqual([]);
});
