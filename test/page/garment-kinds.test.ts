import { expect, test } from '@jest/globals';
import { garmentTypes } from '../../src/garment/design.js';
import { GARMENT_KINDS } from '../../src/page/studio/garment-kinds.js';

test('each type of garment is in one group', () => {
  expect(Object.values(GARMENT_KINDS).flat().sort()).toEqual([...garmentTypes].sort());
});
