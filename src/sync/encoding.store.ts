import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';

const encoding = z.object({
  images: z.number(),
  embedded: z.number(),
  dimension: z.number().nullable(),
  encoders: z.array(z.string()),
});

/** How many images there are, how many of them `encoder` has encoded, and which encoders encoded the catalog. */
export async function readEncoding(db: Queryable, encoder: string): Promise<z.infer<typeof encoding>> {
  const [row] = await query(
    db,
    // A join, because a subquery would be a search of the index for each image, and each start waits for this.
    sql`/* sync.checkEncoder */ WITH own AS (SELECT id, dimension FROM encoders WHERE name = ${encoder})
      SELECT count(*) AS images, count(embedding.sha256) AS embedded, (SELECT dimension FROM own) AS dimension,
        ARRAY(SELECT name FROM encoders WHERE EXISTS (SELECT FROM embeddings WHERE encoder_id = encoders.id)
          ORDER BY name) AS encoders
      FROM product_images image
      LEFT JOIN embeddings embedding
        ON embedding.encoder_id = (SELECT id FROM own) AND embedding.sha256 = image.sha256`,
    encoding,
  );
  if (row === undefined) throw new Error('sync.checkEncoder answers one row');
  return row;
}

const hashRow = z.object({ sha256: z.string() });

/** Images that the encoder has not encoded yet. */
export function readUnencoded(db: Queryable, encoderId: number): Promise<z.infer<typeof hashRow>[]> {
  return query(
    db,
    sql`/* reindex.missing */ SELECT DISTINCT encode(sha256, 'hex') AS sha256 FROM product_images image
      WHERE NOT EXISTS (SELECT FROM embeddings WHERE encoder_id = ${encoderId} AND sha256 = image.sha256) ORDER BY 1`,
    hashRow,
  );
}
