import { expect, test } from '@jest/globals';
import { startTestServer } from './support/server.js';

test('an operation that takes too long is answered with an error, whatever it waits for', async () => {
  const { app } = await startTestServer();
  const response = await app.inject({ method: 'POST', url: '/graphql', payload: { query: '{ never }' } });
  expect([response.statusCode, response.headers['retry-after']]).toEqual([503, '5']);
  expect(response.json()).toMatchObject({ errors: [{ extensions: { code: 'SERVICE_OVERLOADED' } }] });
});
