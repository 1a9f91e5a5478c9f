import { z } from 'zod';
import { cosine } from '../catalog.js';
import { PAGE, type Adapter } from '../contender.js';
import { askedVector, openPlainShop, whereOf } from '../plain-shop.js';

const ids = z.array(z.object({ id: z.number() }));

/** What all others are measured against, as one of them: it shows that the measuring finds no mistakes where there are none. */
export const adapter: Adapter = {
  title: 'Postgres, all compared',
  about:
    'One SQL statement finds all products that match, and each of them is compared. It has no index that could lag or leave out.',
  unavailable: async () => null,
  async open({ catalog }) {
    const shop = await openPlainShop(catalog);
    return {
      version: shop.version,
      truthUrl: shop.url,
      commit: shop.commit,
      async search(search) {
        const { text, values } = whereOf(search);
        const { rows } = await shop.pool.query(`SELECT id FROM churn_products product WHERE ${text}`, values);
        const asked = askedVector(catalog, search);
        return ids
          .parse(rows)
          .map(({ id }) => ({ id, score: cosine(asked, catalog.vectors[id - 1] ?? new Float32Array()) }))
          .sort((a, b) => b.score - a.score)
          .slice(0, PAGE)
          .map(({ id }) => id);
      },
      close: shop.close,
    };
  },
};
