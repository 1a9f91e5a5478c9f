import type { FastifyInstance, FastifyRequest } from 'fastify';
import { defaultFieldResolver, type GraphQLSchema } from 'graphql';
import { isTracing, type RequestSpan, startRequestSpan, traced } from '../platform/tracing.js';

/** Makes each request a trace, or a part of the caller's trace. Does nothing without tracing. */
export function traceRequests(app: FastifyInstance): void {
  if (!isTracing()) return;
  const spans = new WeakMap<FastifyRequest, RequestSpan>();
  app.addHook('onRequest', (request, _reply, done) => {
    const { method, routeOptions, headers, id } = request;
    const route = routeOptions.url ?? 'unknown';
    const span = startRequestSpan(`${method} ${route}`, headers, {
      'http.request.method': method,
      'http.route': route,
      'vitrine.request_id': id,
    });
    if (span !== null) spans.set(request, span);
    done();
  });
  // Entered only after the body was read, because the events of its stream run outside of the trace.
  app.addHook('preHandler', (request, _reply, done) => {
    const span = spans.get(request);
    if (span === undefined) done();
    else span.run(done);
  });
  app.addHook('onResponse', (request, { statusCode }, done) => {
    const span = spans.get(request);
    span?.end(statusCode >= 500, { 'http.response.status_code': statusCode });
    if (span === undefined) done();
    else span.run(done);
  });
}

/** Makes each root field of queries and mutations a step of the trace. Does nothing without tracing. */
export function traceRootFields(schema: GraphQLSchema): void {
  if (!isTracing()) return;
  for (const type of [schema.getQueryType(), schema.getMutationType()]) {
    for (const field of Object.values(type?.getFields() ?? {})) {
      const { resolve = defaultFieldResolver } = field;
      field.resolve = (...args) =>
        traced(`resolve ${type?.name ?? ''}.${field.name}`, async () => {
          const value: unknown = await resolve(...args);
          return value;
        });
    }
  }
}
