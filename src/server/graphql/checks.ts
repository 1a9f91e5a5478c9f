import type { DocumentNode, GraphQLSchema, OperationDefinitionNode } from 'graphql';
import type { ServerContext } from './context.js';
import { createCostCheck } from './cost.js';
import { createDocumentGuard } from './document-limits.js';
import { toGraphQLError } from '../errors.js';
import { enterChannel } from './in-context.js';

/** An operation of a valid document, about to be executed. */
export interface Operation {
  readonly document: DocumentNode;
  /** The same for the same text only. */
  readonly documentHash: string;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown> | undefined;
}

/** What must hold before anything is executed, whichever way it came: the same over HTTP and over a WebSocket. */
export interface Checks {
  /** To be asked before a document is parsed and validated. @throws GraphQLError COST_EXCEEDED */
  checkText(text: string): void;
  /** Bounds what the answer may cost, and puts the context into its channel. @throws GraphQLError */
  checkOperation(operation: Operation, context: ServerContext): Promise<void>;
}

export function createChecks(schema: GraphQLSchema): Checks {
  const guard = createDocumentGuard();
  const checkCost = createCostCheck(schema);
  return {
    checkText(text) {
      try {
        guard(text);
      } catch (error) {
        throw toGraphQLError(error);
      }
    },
    async checkOperation(operation, context) {
      checkCost(operation);
      try {
        await enterChannel(operation, context);
      } catch (error) {
        throw toGraphQLError(error);
      }
    },
  };
}
