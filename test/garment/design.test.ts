import { describe, expect, test } from '@jest/globals';
import { parseDesign } from '../../src/garment/design.js';

const messageOf = (input: unknown): string => {
  try {
    parseDesign(input);
  } catch (error) {
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT' });
    return error instanceof Error ? error.message : '';
  }
  return 'accepted';
};

describe('a design', () => {
  test('is filled in by what its type usually is', () => {
    expect(parseDesign({ type: 'sweater', color: 'navy' })).toMatchObject({
      color: '#232f4f',
      pattern: 'solid',
      material: 'knit',
      silhouette: 'regular',
      sleeve: 'long',
      neckline: 'crew',
    });
  });

  test('takes a color by name or by value', () => {
    expect(parseDesign({ type: 'cap', color: '#A1B2C3' }).color).toBe('#a1b2c3');
    expect(parseDesign({ type: 'cap', color: 'light blue', accent: 'white' })).toMatchObject({
      color: '#9dbbd8',
      accent: '#f4f3ef',
    });
  });

  test.each([
    ['a type that is not drawn', { type: 'toga', color: 'white' }, /type/],
    ['no color', { type: 'coat' }, /color/],
    [
      'a color that is none',
      { type: 'coat', color: 'blueish' },
      /a color is "#rrggbb" or a name of the palette/,
    ],
    ['a name that every object has', { type: 'coat', color: 'constructor' }, /a color is "#rrggbb"/],
    ['an unknown pattern', { type: 'coat', color: 'navy', pattern: 'zebra' }, /pattern/],
    [
      'a cut of another type',
      { type: 't-shirt', color: 'navy', silhouette: 'pencil' },
      /a t-shirt has no silhouette "pencil"; choose one of: regular, slim/,
    ],
    [
      'a sleeve on trousers',
      { type: 'trousers', color: 'navy', sleeve: 'long' },
      /a trousers has no sleeve "long"; leave it out/,
    ],
    ['a field that means nothing', { type: 'coat', color: 'navy', colour: 'navy' }, /colour/],
    ['nothing', null, /expected object/],
  ])('is refused with %s', (_, input, message) => {
    expect(messageOf(input)).toMatch(message);
  });
});
