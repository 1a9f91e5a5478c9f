import 'reflect-metadata';
import { describe, expect, test } from '@jest/globals';
import { toGlobalId } from 'graphql-relay';
import { splitGlobalId } from '../../src/graph/global-id.js';
import { MAX_KEY, readGlobalId, readKey, readUuid } from '../../src/graph/node.js';
import { toUploadId, uploadIdToSha256 } from '../../src/images/upload-id.js';

const UUID = '0eb64257-30a4-4b0e-9f52-3c1f6a1f7d0e';
const SHA256 = 'ab'.repeat(32);

test.each([1, 2383, MAX_KEY])('the id of row %s is read', (key) => {
  expect(readGlobalId(toGlobalId('Sku', key))).toEqual({ type: 'Sku', key });
  expect(readKey('Sku', toGlobalId('Sku', key))).toBe(key);
});

// Failed on 2026-11-30: Sku:02383 was Sku:2383.
describe('an object has one id', () => {
  test.each(['02383', '0', '+1', '-1', '1.0', '1e3', ' 1', '1 ', '', '١', String(MAX_KEY + 1)])(
    '%j names no row',
    (name) => expect(readGlobalId(toGlobalId('Sku', name))).toBeNull(),
  );

  test('other base64 of the same text is no id', () => {
    const ids = [toGlobalId('Sku', 1), toGlobalId('Sku', 12), toGlobalId('Board', UUID), toUploadId(SHA256)];
    for (const id of ids) {
      expect(splitGlobalId(id).type).not.toBe('');
      // The last character before the padding has bits that decoding drops.
      const others = [
        `${id}====`,
        `${id}=`,
        `=${id}`,
        id.replace(
          /(.)(=+)$/,
          (_all, last: string, padding: string) => String.fromCharCode(last.charCodeAt(0) + 1) + padding,
        ),
      ].filter((other) => other !== id);
      expect(others.map(splitGlobalId)).toEqual(others.map(() => ({ type: '', name: '' })));
    }
  });

  test('uuids and hashes have lower case', () => {
    expect(readUuid('Board', toGlobalId('Board', UUID))).toBe(UUID);
    expect(readUuid('Board', toGlobalId('Board', UUID.toUpperCase()))).toBeNull();
    expect(uploadIdToSha256(toUploadId(SHA256))).toBe(SHA256);
    expect(uploadIdToSha256(toUploadId(SHA256.toUpperCase()))).toBeNull();
  });
});
