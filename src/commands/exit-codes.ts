/** What a command's exit code says. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** This version does not go with the database: migrate it, or start another version. */
  schemaMismatch: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
