import config from './jest.config.js';

/** What takes minutes: proofs over several processes, one at a time, since each loads the machine. */
export default { ...config, testPathIgnorePatterns: [], testMatch: ['**/proofs/*.test.ts'], maxWorkers: 1 };
