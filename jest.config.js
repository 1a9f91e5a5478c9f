/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts'],
  roots: ['<rootDir>/test'],
  testMatch: ['**/*.test.ts'],
  // `npm run proofs`
  testPathIgnorePatterns: ['/proofs/'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  globalSetup: '<rootDir>/test/support/global-setup.ts',
  globalTeardown: '<rootDir>/test/support/global-teardown.ts',
  // No test asserts how long it took: the limit ends what hangs, on a machine that is busy with other work too.
  testTimeout: 120_000,
  // Much of a run is waiting for Postgres: two cores serve two files at once.
  maxWorkers: '100%',
};
