import type { Adapter } from '../contender.js';
import { openVitrine } from '../vitrine-shop.js';

export const adapter: Adapter = {
  title: 'Vitrine, embedded index',
  about:
    'The gateway in a process of its own, asked over HTTP (GraphQL). Changes are committed in its Postgres; it follows them into its index, and proves each answer in SQL.',
  unavailable: async () => null,
  open: (opening) => openVitrine(opening, {}),
};
