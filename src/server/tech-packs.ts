import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../errors.js';
import { forClient } from '../platform/clients.js';
import { TECH_PACK_COST } from './limits.js';
import type { SenderOf } from './sender.js';

const TYPES = {
  json: 'application/json',
  svg: 'image/svg+xml',
  dxf: 'image/vnd.dxf',
  pdf: 'application/pdf',
} as const;

const file = z
  .string()
  .regex(/^tech-pack[.](json|svg|dxf|pdf)$/)
  .transform((name) => name.slice('tech-pack.'.length))
  .pipe(z.enum(['json', 'svg', 'dxf', 'pdf']));
const wish = z.object({
  figure: z.enum(['women', 'men']).default('women').catch('women'),
  size: z.string().max(20).nullable().default(null).catch(null),
});

export interface TechPackOptions {
  /** The file of the tech pack of the design with this global id; null when there is none. */
  readonly techPack: (
    id: string,
    wish: {
      readonly format: keyof typeof TYPES;
      readonly figure: 'women' | 'men';
      readonly size: string | null;
    },
  ) => Promise<Uint8Array | null>;
}

/** A day: a design never changes, and is forgotten soon after it was deleted. */
const CACHE = 'private, max-age=86400';

/** `GET /designs/:id/tech-pack.{json,svg,dxf,pdf}?size=&figure=` downloads how a design is cut. */
export function installTechPacks(
  app: FastifyInstance,
  { techPack }: TechPackOptions,
  senderOf: SenderOf,
): void {
  app.get<{ Params: { id: string; file: string } }>('/designs/:id/:file', async (request, reply) => {
    const format = file.safeParse(request.params.file).data;
    const sender = await senderOf(request);
    if (format !== undefined) await sender.pay(TECH_PACK_COST);
    const bytes =
      format === undefined
        ? null
        : await forClient(sender.name, () =>
            techPack(request.params.id, { format, ...wish.parse(request.query) }),
          );
    if (format === undefined || bytes === null) {
      throw new RequestError(
        'NOT_FOUND',
        'There is no such file: get its URL from Design.techPack, and the names of sizes from TechPack.sizes.',
      );
    }
    return reply
      .type(TYPES[format])
      .header('cache-control', CACHE)
      .header('content-disposition', `attachment; filename="tech-pack.${format}"`)
      .send(bytes);
  });
}
