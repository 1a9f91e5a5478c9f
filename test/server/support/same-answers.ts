import { expect } from '@jest/globals';
import fc from 'fast-check';
import { type DocumentNode, GraphQLError, Kind, parse, validate } from 'graphql';
import { NEVER_ABORTED } from '../../../src/graph/server-context.js';
import { createCompiler } from '../../../src/server/graphql/compiler.js';
import { createAnswerBounds } from '../../../src/server/graphql/answer-bounds.js';
import { createExecutor, type Executor } from '../../../src/server/graphql/executor.js';
import { createMetrics } from '../../../src/server/metrics.js';
import { generateRequest, pretendedShop } from './documents.js';

/** Generates documents with variables, and executes each of them compiled and interpreted. */
export async function expectSameAnswers(documents: number): Promise<void> {
  const schema = pretendedShop();
  const metrics = createMetrics();
  interface Request {
    readonly document: DocumentNode;
    readonly variables: Record<string, unknown>;
  }
  const requests = new WeakMap<object, Request>();
  const checks = {
    passed(context: object) {
      const request = requests.get(context);
      const operation = request?.document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION);
      if (!request || !operation) throw new Error('the test has given no operation');
      const requestPayer = { name: 'test', pay: () => undefined, owe: () => undefined };
      return {
        ...request,
        documentHash: '',
        operation,
        signal: NEVER_ABORTED,
        requestPayer,
        variablePoints: 0,
      };
    },
  };
  const bounds = createAnswerBounds(schema, () => undefined);
  const compiler = createCompiler(schema, metrics, { has: () => true });
  const compiling = createExecutor(schema, checks, compiler, bounds);
  const interpreting = createExecutor(schema, checks, () => null, bounds);
  const answer = async (execute: Executor, request: Request) => {
    const context = {};
    requests.set(context, request);
    const { data, errors = [] } = await execute(context);
    return { data: data === undefined ? undefined : JSON.stringify(data), errors: errors.map(plain) };
  };

  /** graphql-jit words faults of the schema differently, but clients never see them because they are masked. */
  const plain = ({ message, path, locations }: GraphQLError) => ({
    message: message.startsWith('Cannot return null') ? 'null' : message,
    path,
    locations,
  });

  /** Where the response has the null that a failure caused: at its own path, or at an ancestor. */
  const placeOfNull = (
    data: unknown,
    path: readonly (string | number)[] = [],
  ): readonly (string | number)[] => {
    let value = data;
    for (const [depth, key] of path.entries()) {
      if (!(value instanceof Object)) return path.slice(0, depth);
      value = Reflect.get(value, key);
    }
    return path;
  };

  /**
   * When a null has moved up, one of the failures below it must be reported. Which one depends on what happens first,
   * and graphql-js itself does not guarantee it.
   */
  const expectSame = async (request: Request): Promise<void> => {
    const [compiled, interpreted] = [await answer(compiling, request), await answer(interpreting, request)];
    expect(compiled.data).toBe(interpreted.data);
    const data: unknown = compiled.data === undefined ? undefined : JSON.parse(compiled.data);
    const told = ({ errors }: typeof compiled) => {
      const texts = errors.map((error) => {
        const place = placeOfNull(data, error.path);
        const movedUp = data !== undefined && place.length < (error.path?.length ?? 0);
        return JSON.stringify(movedUp ? { place } : error);
      });
      return [...new Set(texts)].sort();
    };
    expect(told(compiled)).toEqual(told(interpreted));
  };

  const compilations = async (): Promise<number> => (await metrics.compilations.get()).values[0]?.value ?? 0;

  let valid = 0;
  await fc.assert(
    fc.asyncProperty(fc.gen(), async (g) => {
      const { text, variables } = generateRequest(schema, g);
      const document = parse(text);
      fc.pre(validate(schema, document).length === 0);
      valid += 1;
      await expectSame({ document, variables });
    }),
    { numRuns: documents, maxSkipsPerRun: 10 },
  );
  expect(valid).toBeGreaterThanOrEqual(documents);
  // Otherwise, it would compare graphql-js with itself.
  expect(await compilations()).toBeGreaterThan(documents / 5);
}
