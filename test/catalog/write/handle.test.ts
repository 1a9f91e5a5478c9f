import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { attributeName, categoryPath, idHandle, nameHandle } from '../../../src/catalog/write/handle.js';

const HANDLE = /^[a-z0-9][a-z0-9._/-]{0,254}$/;
const ATTRIBUTE = /^[a-z][a-z0-9_]{0,62}$/;

test('an id that is a handle stays as it is; others are readable and apart', () => {
  expect(idHandle('dev-00001')).toBe('dev-00001');
  expect(idHandle('Coat 1')).toMatch(/^coat-1-[0-9a-f]{8}$/);
  expect(idHandle('服')).toMatch(/^[0-9a-f]{8}$/);
  expect(new Set(['coat 1', 'Coat 1', 'COAT-1', 'coat-1', 'coat/1'].map(idHandle)).size).toBe(5);
});

test('a name is the same in any case and punctuation, and apart where its letters differ', () => {
  expect(['T-Shirts', 't shirts', ' T–SHIRTS '].map(nameHandle)).toEqual([
    't-shirts',
    't-shirts',
    't-shirts',
  ]);
  expect(nameHandle('Café & Co.')).toBe('cafe-co');
  expect(nameHandle('服 A')).not.toBe(nameHandle('裤 A'));
  expect(nameHandle('x'.repeat(100))).not.toBe(nameHandle('x'.repeat(101)));
});

test('a category is the path of its names', () => {
  expect(categoryPath(['Bottoms', 'Trousers'])).toEqual([
    { handle: 'bottoms', name: 'Bottoms', parent: null },
    { handle: 'bottoms/trousers', name: 'Trousers', parent: 'bottoms' },
  ]);
  expect(categoryPath(Array.from({ length: 6 }, () => 'x'.repeat(60)))).toBeNull();
});

test('whatever the text, handles and attribute names are what the database takes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 300 }), (text) => {
      expect(idHandle(text)).toMatch(HANDLE);
      expect(nameHandle(text)).toMatch(HANDLE);
      expect(attributeName(text)).toMatch(ATTRIBUTE);
    }),
  );
  expect(attributeName('Sleeve length')).toBe('sleeve_length');
  expect(attributeName('Матеріал підошви:')).toBe('material_pidoshvi');
  expect(attributeName('Υλικό')).toBe('yliko');
  expect(attributeName('Größe')).toBe('grosse');
  // Kazakh and Tatar: letters without one in Latin.
  expect(attributeName('Түсі')).toMatch(/^detail_/);
  expect(attributeName('Түсі')).not.toBe(attributeName('Тұсі'));
});
