/** What the gateway puts into the page: server/graphql/sample-operations.ts. */
export interface SampleOperation {
  readonly name: string;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** What it does, in a sentence. */
  readonly about: string;
  readonly query: string;
  /** JSON. `"$sku"` stands for the id of an SKU that can be bought. */
  readonly variables: string;
}

export interface OperationGroup {
  readonly title: string;
  readonly operations: readonly SampleOperation[];
}

export function readGroups(): readonly OperationGroup[] {
  const text = document.getElementById('operations')?.textContent ?? '[]';
  // The gateway that sends the page also writes them.
  return JSON.parse(text) as readonly OperationGroup[];
}
