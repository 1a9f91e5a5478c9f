import { readdir, readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { beforeAll, expect, test } from '@jest/globals';
import { buildSchema, type GraphQLSchema, parse, Source, specifiedRules, validate } from 'graphql';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** GraphQL in its own block, or in JavaScript: between gql`…`, or as the query of graphql-ws. */
const BLOCKS = [/^```graphql\n(.*?)^```/gms, /\bgql`(.*?)`/gs, /\bquery: `(.*?)`/gs];

/** README.md has the only example of a filter, and subscriptions.md has those in JavaScript. */
const PAGES_WITH_EXAMPLES = ['README.md', 'docs/subscriptions.md'];

interface Example {
  readonly page: string;
  readonly document: Source;
}

let schema: GraphQLSchema;
beforeAll(async () => {
  schema = buildSchema(await readFile(`${ROOT}/schema/schema.graphql`, 'utf8'));
});

test('every GraphQL example of README and docs is valid', async () => {
  const examples = await readExamples();
  const pages = new Set(examples.map(({ page }) => page));
  for (const page of PAGES_WITH_EXAMPLES) expect(pages).toContain(page);
  expect(examples.flatMap(({ document }) => faultsOf(document))).toEqual([]);
});

async function readExamples(): Promise<Example[]> {
  const names = await readdir(`${ROOT}/docs`, { recursive: true });
  const pages = ['README.md', 'CONTRIBUTING.md', ...names.map((name) => `docs/${name}`)];
  const examples = pages.filter((page) => page.endsWith('.md')).map(readExamplesOf);
  return (await Promise.all(examples)).flat();
}

async function readExamplesOf(page: string): Promise<Example[]> {
  const text = await readFile(`${ROOT}/${page}`, 'utf8');
  return BLOCKS.flatMap((block) => [...text.matchAll(block)]).map((match) => {
    const line = text.slice(0, match.index).split('\n').length;
    return { page, document: new Source(match[1] ?? '', `${page}:${line}`) };
  });
}

function faultsOf(document: Source): string[] {
  try {
    return validate(schema, parse(document), specifiedRules).map(
      ({ message }) => `${document.name}: ${message}`,
    );
  } catch (error) {
    return [`${document.name}: ${String(error)}`];
  }
}
