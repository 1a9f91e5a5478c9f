import config, { PROOFS } from './jest.config.js';

/** Programs in processes of their own, and whole catalogs: what takes seconds for each test. */
export default { ...config, testPathIgnorePatterns: [PROOFS], testMatch: ['**/*.e2e.test.ts'] };
