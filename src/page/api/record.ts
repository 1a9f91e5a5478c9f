import { signal } from '@preact/signals';
import type { MatchPageFragment } from '../generated/graphql.js';

/** How a search was answered, as `SearchReport` says. */
export type Report = MatchPageFragment['search'];

/** One operation as it was sent, for the Why panel. */
export interface Sent {
  readonly id: number;
  readonly documentId: string;
  readonly variables: unknown;
  /** From sending to the parsed answer, in milliseconds. */
  readonly ms: number;
  /** The points that the answer cost; null when it says none. */
  readonly points: number | null;
  readonly codes: readonly string[];
  readonly report: Report | null;
}

/** More than a view sends. */
const KEPT = 30;

/** The last operations, newest first. */
export const sent = signal<readonly Sent[]>([]);

let count = 0;

export function record(operation: Omit<Sent, 'id'>): void {
  count += 1;
  const variables = withoutPictures(operation.variables);
  sent.value = [{ ...operation, variables, id: count }, ...sent.value].slice(0, KEPT);
}

/** A frame of the camera would fill the panel, and memory. */
const MAX_CHARS = 400;

const withoutPictures = (variables: unknown): unknown =>
  JSON.parse(
    JSON.stringify(variables, (_key, value: unknown) =>
      typeof value === 'string' && value.length > MAX_CHARS ? `${value.slice(0, 40)}…` : value,
    ),
  );
