import type { Adapter } from '../contender.js';
import { noPgvector, openPgvector } from '../pgvector-shop.js';

export const adapter: Adapter = {
  title: 'pgvector',
  about:
    'Postgres with an HNSW index and its own settings as they come. One statement joins, filters, and orders by similarity; the planner chooses whether the index is used.',
  unavailable: noPgvector,
  open: (opening) => openPgvector(opening, {}),
};
