import sql from 'sql-template-tag';
import { z } from 'zod';
import { query, type Queryable } from '../platform/postgres.js';

const encoding = z.object({
  images: z.number(),
  embedded: z.number(),
  scored: z.number(),
  dimension: z.number().nullable(),
  encoders: z.array(z.string()),
});

/** How many images there are, how many of them `encoder` has encoded and scored, and which encoders encoded the catalog. */
export async function readEncoding(db: Queryable, encoder: string): Promise<z.infer<typeof encoding>> {
  const [row] = await query(
    db,
    // A join, because a subquery would be a search of the index for each image, and each start waits for this.
    sql`/* sync.checkEncoder */ WITH own AS (SELECT id, dimension FROM encoders WHERE name = ${encoder})
      SELECT count(*) AS images, count(embedding.sha256) AS embedded,
        count(embedding.trust_score) AS scored, (SELECT dimension FROM own) AS dimension,
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

/** How many images an index with this encoder's vectors has: quarantined ones are not among them. */
export async function countIndexed(db: Queryable, encoder: string): Promise<number> {
  const [row] = await query(
    db,
    sql`/* sync.countIndexed */ SELECT count(*) AS images FROM shown_images image
      JOIN embeddings embedding ON embedding.sha256 = image.sha256
        AND embedding.encoder_id = (SELECT id FROM encoders WHERE name = ${encoder})`,
    z.object({ images: z.number() }),
  );
  return row?.images ?? 0;
}

const missingRow = z.object({
  sha256: z.string(),
  /** Whether only the score is missing. */
  encoded: z.boolean(),
});

/** Images that the encoder has not encoded yet, and if it scores them, those that it has not scored. */
export function readUnencoded(
  db: Queryable,
  encoderId: number,
  scores: boolean,
): Promise<z.infer<typeof missingRow>[]> {
  return query(
    db,
    sql`/* reindex.missing */ SELECT DISTINCT encode(image.sha256, 'hex') AS sha256, embedding.sha256 IS NOT NULL AS encoded
      FROM product_images image
      LEFT JOIN embeddings embedding ON embedding.encoder_id = ${encoderId} AND embedding.sha256 = image.sha256
      WHERE embedding.sha256 IS NULL OR (${scores}::boolean AND embedding.trust_score IS NULL) ORDER BY 1`,
    missingRow,
  );
}
