import type { DocumentNode, OperationDefinitionNode } from 'graphql';

/** An operation of a valid document, about to be executed. */
export interface Operation {
  readonly document: DocumentNode;
  /** Identical only for identical text. */
  readonly documentHash: string;
  readonly operation: OperationDefinitionNode;
  readonly variables: Record<string, unknown>;
}
