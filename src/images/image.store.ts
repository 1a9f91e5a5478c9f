import DataLoader from 'dataloader';
import sql from 'sql-template-tag';
import { z } from 'zod';
import { anyOf } from '../platform/any-of.store.js';
import { queryPrepared, type Queryable } from '../platform/postgres.js';
import { groupInOrder, inOrder } from '../graph/load.js';
import { Image } from './image.types.js';
import { shownOptions } from './shown-options.js';
import { instantiate } from '../graph/node.js';

const imageRow = z.object({
  key: z.number(),
  productKey: z.number(),
  sha256: z.instanceof(Buffer),
  width: z.number(),
  height: z.number(),
  altText: z.string().nullable(),
  thumbhash: z.string(),
  dominantColor: z.string(),
  shows: shownOptions,
});

const IMAGE_COLUMNS = sql`id AS key, product_id AS "productKey", sha256, width, height, alt_text AS "altText",
  encode(thumbhash, 'base64') AS thumbhash, dominant_color AS "dominantColor", shows`;

/** Product images; one set of loaders per request. */
export class ImageStore {
  constructor(private readonly db: Queryable) {}

  readonly byKey = new DataLoader<number, Image | null>(async (keys) => {
    const statement = sql`/* image.byKey */ SELECT ${IMAGE_COLUMNS} FROM shown_images WHERE id = ${anyOf(keys, 'int')}`;
    return inOrder(keys, (await queryPrepared(this.db, statement, imageRow)).map(toImage));
  });

  /** All images of a product, in the merchant's order. */
  readonly byProduct = new DataLoader<number, Image[]>(async (productKeys) => {
    const statement = sql`/* image.byProduct */ SELECT ${IMAGE_COLUMNS} FROM shown_images
      WHERE product_id = ${anyOf(productKeys, 'int')} ORDER BY product_id, position`;
    const images = (await queryPrepared(this.db, statement, imageRow)).map(toImage);
    for (const image of images) this.byKey.prime(image.key, image);
    return groupInOrder(productKeys, images, (image) => image.productKey);
  });
}

const toImage = (row: z.infer<typeof imageRow>): Image => instantiate(Image, row);
