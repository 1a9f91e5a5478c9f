import { expect, test } from '@jest/globals';
import { inCatalogWords } from '../../src/page/texts/catalog-words.js';
import { deFillers, deWords } from '../../src/page/texts/de-words.js';

test.each([
  ['rote Hose', 'red trousers'],
  ['Hosen', 'trousers'],
  ['rotes Kleid', 'red dresses'],
  ['Kleider', 'dresses'],
  ['schwarze Schuhe', 'black shoes'],
  ['weiße Bluse', 'white blouses'],
  ['weisses Hemd', 'white shirts'],
  ['Rock', 'skirts'],
  ['Röcke', 'skirts'],
  ['Mantel', 'coats'],
  ['Mäntel, grau', 'coats, grey'],
  ['hellblaue Strickjacke', 'light blue cardigans'],
  ['Kleid aus Leinen', 'dresses linen'],
  ['geblümtes Kleid für den Sommer', 'floral dresses summer'],
  ['karierte Hemden für Herren', 'checked shirts men'],
  ['Kleid -rot', 'dresses -red'],
  ['Kleid -hellblau', 'dresses -hellblau'],
  ['"Rafa" Kleid', '"Rafa" dresses'],
  ['Kleid "für immer"', 'dresses "für immer"'],
  ['Lederjacke', 'leather jackets'],
  ['Sommerkleid in Rot', 'summer dresses red'],
  ['Wollpullover', 'wool sweaters'],
  ['Kleid -Lederjacke', 'dresses -Lederjacke'],
  ['Jeans', 'Jeans'],
  ['black dress', 'black dress'],
  ['rose top', 'rose top'],
  ['constructor Kleid', 'constructor dresses'],
  ['Arden für Anna', 'Arden für Anna'],
  ['', ''],
])('%j is %j', (typed, meant) => {
  expect(inCatalogWords(typed, deWords, deFillers)).toBe(meant);
});

test('each German word is understood, and no two that differ are taken for each other', () => {
  const shown = Object.values(deWords).filter((word) => !word.includes(' '));
  for (const word of shown) {
    const meant = inCatalogWords(word, deWords, deFillers);
    expect([word, deWords[meant.toLowerCase()]?.toLowerCase()]).toEqual([word, word.toLowerCase()]);
  }
});
