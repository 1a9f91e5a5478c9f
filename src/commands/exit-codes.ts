/** The exit codes of commands. */
export const EXIT = {
  done: 0,
  failed: 1,
  wrongUse: 2,
  /** The database's schema does not match this version: migrate it, or start another version. */
  schemaMismatch: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];
