import { mkdtemp, readdir, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { afterAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RequestError } from '../../src/errors.js';
import { fakeEncoder, feedOf, openShop, swatch, type Shop } from './support.js';

let shop: Shop;
const shops: Shop[] = [];
beforeEach(async () => {
  shop = await openShop();
  shops.push(shop);
});
afterAll(() => Promise.all(shops.map((each) => each.close())));

const IMAGES = `SELECT code, source, encode(sha256, 'hex') IS NOT NULL AS known FROM skus
  LEFT JOIN product_images image ON image.id = image_id ORDER BY skus.id`;

/** The files of the image store. */
async function stored(): Promise<string[]> {
  const entries = await readdir(join(shop.folder, 'store'), { recursive: true, withFileTypes: true });
  return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
}

describe('the images of a feed', () => {
  test('that can not be used are reported, and their products go in', async () => {
    await shop.write('broken.png', 'no image');
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'fine', additional_image_link: 'absent.png' },
        { id: 'bare', image_link: 'broken.png' },
        { id: 'none', image_link: '' },
        { id: 'http', image_link: 'http://shop.example/a.png' },
        { id: 'folder', image_link: 'store' },
      ]),
    );
    const report = await shop.import('feed.tsv');
    expect(report).toMatchObject({
      products: 5,
      skus: 5,
      imagesEncoded: 1,
      failedImages: 4,
      rejectedRows: 0,
    });
    expect([...report.imagesFailed].sort((one, other) => one.line - other.line)).toEqual([
      {
        line: 2,
        reason: expect.stringMatching(
          /^The image absent\.png was skipped: There is no file .*absent\.png\.$/,
        ),
      },
      {
        line: 3,
        reason: expect.stringMatching(/^The image broken\.png was skipped: The file is not a readable image/),
      },
      {
        line: 5,
        reason: 'The image http://shop.example/a.png was skipped: Only https links are downloaded.',
      },
      { line: 6, reason: 'The image store was skipped: It is not a file.' },
    ]);
    expect(await shop.all('SELECT source FROM product_images')).toEqual(['red.png']);
    const before = await shop.versions();
    expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 0, failedImages: 4 });
    expect(await shop.versions()).toEqual(before);
  });

  test('are files of its folder, and nothing else of the machine', async () => {
    const outside = await mkdtemp(`${shop.folder}-beside-`);
    const secret = join(outside, 'secret.png');
    await writeFile(secret, await swatch(1, 2, 3));
    await symlink(secret, join(shop.folder, 'link.png'));
    await symlink(outside, join(shop.folder, 'linked'));
    await symlink('red.png', join(shop.folder, 'inner.png'));
    await shop.write(join('deep', 'green.png'), await swatch(9, 9, 9));
    const links = [
      '../../../../etc/passwd',
      '/proc/self/environ',
      '/dev/zero',
      `../${basename(outside)}/secret.png`,
      secret,
      'link.png',
      'linked/secret.png',
      'deep/../../nothing-there.png',
      '/nothing/there.png',
      'file:///etc/passwd',
      `file://${secret}`,
    ];
    const fine = [
      'inner.png',
      'deep/../red.png',
      join(await realpath(shop.folder), 'deep', 'green.png'),
      './blue.png',
    ];
    await shop.write(
      'feed.tsv',
      feedOf([...links, ...fine].map((link, index) => ({ id: `sku-${index}`, image_link: link }))),
    );
    try {
      const report = await shop.import('feed.tsv');
      expect(report).toMatchObject({
        products: 15,
        rejectedRows: 0,
        failedImages: links.length,
        imagesEncoded: 3,
      });
      const reasons = new Map(report.imagesFailed.map(({ line, reason }) => [line, reason]));
      for (const [index, link] of links.entries()) {
        const why = link.startsWith('file:')
          ? 'Only https links are downloaded.'
          : 'It is outside the folder of the feed: move the image into that folder, or use an https link.';
        expect(reasons.get(index + 2)).toBe(`The image ${link} was skipped: ${why}`);
      }
      expect(await stored()).toHaveLength(3);
    } finally {
      await rm(outside, { recursive: true });
    }
  });

  test('are looked at before they are stored', async () => {
    const secret = 'DATABASE_URL=postgres://shop:secret@db/shop';
    await shop.write('.env', secret);
    await shop.write('cut.png', (await swatch(7, 7, 7)).subarray(0, 60));
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'a', image_link: '.env' },
        { id: 'b', image_link: 'cut.png' },
      ]),
    );
    const fetcher = { fetch: () => Promise.resolve(Buffer.from(secret)), close: () => Promise.resolve() };
    await shop.import('feed.tsv', {}, { fetcher });
    await shop.write('feed.tsv', feedOf([{ id: 'a', image_link: 'https://cdn.example/a.png' }]));
    expect(await shop.import('feed.tsv', {}, { fetcher })).toMatchObject({ failedImages: 1 });
    expect(await stored()).toEqual([]);
  });

  test('are encoded once by content, whatever their links and products', async () => {
    await shop.write('same.png', await swatch(200, 30, 30));
    await shop.write(
      'feed.tsv',
      feedOf([
        ...Array.from({ length: 150 }, (_, index) => ({ id: `sku-${index}` })),
        { id: 'two', image_link: 'same.png', additional_image_link: 'red.png' },
      ]),
    );
    expect(await shop.import('feed.tsv')).toMatchObject({ products: 151, imagesEncoded: 1 });
    expect(shop.encoder.encoded()).toBe(1);
    expect(await shop.all(`SELECT count(*) FROM product_images`)).toEqual([151]);

    const next = fakeEncoder('fake@2');
    expect(await shop.import('feed.tsv', {}, { encoder: next })).toMatchObject({
      imagesEncoded: 1,
      productsChanged: 0,
    });
    expect(next.encoded()).toBe(1);
    expect(await shop.all('SELECT name FROM embeddings JOIN encoders ON id = encoder_id ORDER BY 1')).toEqual(
      ['fake@1', 'fake@2'],
    );
  });

  test('that have changed take the place of what was there', async () => {
    await shop.write('feed.tsv', feedOf([{ id: 'a', additional_image_link: 'green.png' }]));
    await shop.import('feed.tsv');
    await shop.write('red.png', await swatch(0, 0, 0));
    expect(await shop.import('feed.tsv')).toMatchObject({
      productsChanged: 1,
      imagesEncoded: 1,
      imagesReused: 1,
    });
    expect(
      await shop.all(`SELECT source || ' ' || dominant_color FROM product_images ORDER BY position`),
    ).toEqual(['red.png #000000', expect.stringMatching(/^green\.png/)]);
    await shop.write(
      'feed.tsv',
      feedOf([{ id: 'a', image_link: 'green.png', additional_image_link: 'red.png' }]),
    );
    await shop.import('feed.tsv');
    expect(await shop.all('SELECT source FROM product_images ORDER BY position')).toEqual([
      'green.png',
      'red.png',
    ]);
    expect(await shop.all(IMAGES)).toEqual([{ code: 'a', source: 'green.png', known: true }]);
  });

  test('that are gone from their source stay', async () => {
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    await shop.import('feed.tsv');
    await rm(join(shop.folder, 'red.png'));
    expect(await shop.import('feed.tsv')).toMatchObject({ productsChanged: 0, failedImages: 1 });
    expect(await shop.all(IMAGES)).toEqual([{ code: 'a', source: 'red.png', known: true }]);
  });

  test('behind https links are fetched once', async () => {
    const fetched: string[] = [];
    const red = await swatch(200, 30, 30);
    const fetcher = {
      fetch(link: string): Promise<Buffer> {
        fetched.push(link);
        return link.endsWith('bad')
          ? Promise.reject(new RequestError('BAD_USER_INPUT', 'No.'))
          : Promise.resolve(red);
      },
      close: () => Promise.resolve(),
    };
    const [good, bad] = ['https://cdn.example/good', 'https://cdn.example/bad'];
    await shop.write(
      'feed.tsv',
      feedOf([
        { id: 'a', image_link: good },
        { id: 'b', image_link: good },
        { id: 'c', image_link: bad },
      ]),
    );
    expect(await shop.import('feed.tsv', {}, { fetcher })).toMatchObject({
      imagesEncoded: 1,
      failedImages: 1,
    });
    await shop.import('feed.tsv', {}, { fetcher });
    expect(await shop.import('feed.tsv', {}, { fetcher, encoder: fakeEncoder('fake@2') })).toMatchObject({
      imagesEncoded: 1,
    });
    expect(fetched.sort()).toEqual([bad, bad, bad, good]);
  });

  test('wait for an encoder that is busy with shoppers', async () => {
    let refusals = 2;
    const busy = fakeEncoder();
    const encoder = {
      ...busy,
      encode: (bytes: Uint8Array) =>
        refusals-- > 0
          ? Promise.reject(new RequestError('SERVICE_OVERLOADED', 'Too many images are being encoded.'))
          : busy.encode(bytes),
    };
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    expect(await shop.import('feed.tsv', {}, { encoder })).toMatchObject({
      imagesEncoded: 1,
      failedImages: 0,
    });
  });

  test('are not taken from an encoder that makes other vectors under the same name', async () => {
    await shop.write('feed.tsv', feedOf([{ id: 'a' }]));
    await shop.import('feed.tsv');
    await expect(
      shop.import('feed.tsv', {}, { encoder: { ...shop.encoder, dimension: 9 } }),
    ).rejects.toMatchObject({
      code: 'BAD_USER_INPUT',
      message: expect.stringContaining('Change the version in the model.json'),
    });
  });
});
