import type { FastifyInstance } from 'fastify';

/** Learns of the routes that are added from now on; answers which methods a path takes, none where nothing is. */
export function watchMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: { readonly pattern: readonly string[]; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // The preflight requests of CORS are answered anywhere.
    if (url !== '*') routes.push({ pattern: url.split('/'), methods: [method].flat() });
  });
  return (path) => {
    const parts = path.split('/');
    const methods = routes
      .filter(
        ({ pattern }) =>
          pattern.length === parts.length &&
          pattern.every((part, i) => (part.startsWith(':') ? parts[i] !== '' : part === parts[i])),
      )
      .flatMap((route) => route.methods);
    return [...new Set(methods)];
  };
}
