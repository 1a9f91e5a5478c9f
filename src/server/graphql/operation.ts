import type { DocumentNode, OperationDefinitionNode } from 'graphql';

/** An operation of a valid document, about to be executed. */
export interface Operation {
  readonly document: DocumentNode;
  /** The same for the same text only. */
  readonly documentHash: string;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}
