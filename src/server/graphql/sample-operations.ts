import { readdir, readFile } from 'node:fs/promises';
import { Kind, parse } from 'graphql';

/** An operation that GraphiQL offers. src/page/graphiql/operations.ts reads it. */
interface SampleOperation {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The first sentence of the comment at its head. */
  readonly about: string;
  readonly query: string;
  /** JSON; empty if it has none. */
  readonly variables: string;
}

interface OperationGroup {
  readonly title: string;
  readonly operations: readonly SampleOperation[];
}

/**
 * The sample operations: a group for each subfolder, such as `2-search`, in the order of their names, with an operation
 * for each `<name>.graphql` and its `<name>.variables.json` if there is one.
 * @throws GraphQLError if a document cannot be parsed
 */
export async function readSampleOperations(folder: URL): Promise<OperationGroup[]> {
  const entries = await readdir(folder, { withFileTypes: true });
  const groups = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return Promise.all(
    groups.sort().map(async (name) => ({
      title: titleOf(name),
      operations: await readGroup(new URL(`${name}/`, folder)),
    })),
  );
}

/** `2-what-is-this` is "What is this". */
function titleOf(name: string): string {
  const words = name.replace(/^\d+-/, '').replaceAll('-', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

async function readGroup(folder: URL): Promise<SampleOperation[]> {
  const names = await readdir(folder);
  const documents = names.filter((name) => name.endsWith('.graphql')).sort();
  return Promise.all(
    documents.map(async (name) => {
      const variables = name.replace(/\.graphql$/, '.variables.json');
      return sample(
        await readFile(new URL(name, folder), 'utf8'),
        names.includes(variables) ? await readFile(new URL(variables, folder), 'utf8') : '',
      );
    }),
  );
}

function sample(query: string, variables: string): SampleOperation {
  const operation = parse(query).definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
  return {
    name: operation?.name?.value ?? 'Unnamed',
    kind: operation?.operation ?? 'query',
    about: firstSentence(query),
    query,
    variables,
  };
}

function firstSentence(query: string): string {
  const comment = /^(?:#.*\n)*/.exec(query)?.[0].replaceAll(/^# ?/gm, '').replaceAll('\n', ' ').trim() ?? '';
  return /^.*?[.?](?= |$)/.exec(comment)?.[0] ?? comment;
}
