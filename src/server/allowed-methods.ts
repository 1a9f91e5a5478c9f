import type { FastifyInstance } from 'fastify';

/**
 * Records the routes that are added from now on. Returns a function that lists the methods that a path accepts; the
 * list is empty for an unknown path.
 */
export function watchMethods(app: FastifyInstance): (path: string) => string[] {
  const routes: { readonly pattern: readonly string[]; readonly methods: readonly string[] }[] = [];
  app.addHook('onRoute', ({ url, method }) => {
    // CORS preflight requests are answered on every path.
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
