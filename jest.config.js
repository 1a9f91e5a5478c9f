import { availableParallelism } from 'node:os';

/** `npm run proofs` */
export const PROOFS = '/proofs/';
/** `npm run e2e` */
const E2E = '\\.e2e\\.test\\.ts$';

/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  testPathIgnorePatterns: [PROOFS, E2E],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  setupFilesAfterEnv: ['<rootDir>/test/support/once-more.ts'],
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // No test asserts how long it took: the limit ends what hangs, on a machine that is busy with other work too.
  testTimeout: 120_000,
  // Much of a run is waiting, for Postgres and for timeouts: two cores serve three files at once.
  maxWorkers: Math.ceil(1.5 * availableParallelism()),
};
