import { jest } from '@jest/globals';

// A machine that is busy with other work now and then ends a wait too early. In CI, a test fails if it does so twice; what
// failed once is shown with its error, and .ci/run names it.
if (process.env['CI'] !== undefined) jest.retryTimes(1, { logErrorsBeforeRetry: true });
