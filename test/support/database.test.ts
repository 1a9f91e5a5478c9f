import { expect, test } from '@jest/globals';
import { createTestDatabase } from './database.js';

test('each test database is a copy of its own with the migrations applied', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await one.db.query(`INSERT INTO brands (handle, name) VALUES ('acme', 'Acme')`);
  const { rows } = await other.db.query('SELECT count(*) AS brands FROM brands');
  expect(rows).toEqual([{ brands: 0 }]);
  await Promise.all([one.drop(), other.drop()]);
});

test('a connection that is left open fails the drop', async () => {
  const database = await createTestDatabase();
  const client = await database.db.connect();
  client.on('error', () => undefined);
  await client.query('SELECT 1 AS forgotten');
  await expect(database.drop()).rejects.toThrow(/left open[^]*SELECT 1 AS forgotten/);
});
