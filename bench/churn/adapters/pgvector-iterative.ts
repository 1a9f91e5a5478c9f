import type { Adapter } from '../contender.js';
import { noPgvector, openPgvector } from '../pgvector-shop.js';

export const adapter: Adapter = {
  title: 'pgvector, iterative scan',
  about:
    'The same with hnsw.iterative_scan = strict_order: an index scan goes on until enough rows pass the filter, up to hnsw.max_scan_tuples.',
  unavailable: noPgvector,
  open: (opening) => openPgvector(opening, { 'hnsw.iterative_scan': 'strict_order' }),
};
