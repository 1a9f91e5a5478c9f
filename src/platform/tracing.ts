import {
  type Attributes,
  context,
  type Context,
  propagation,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
  type Tracer,
} from '@opentelemetry/api';
import { errorCode } from './operator-error.js';

export { SpanKind } from '@opentelemetry/api';

let tracer: Tracer | null = null;

/** Starts tracing with this tracer; null ends it. */
export function setTracer(next: Tracer | null): void {
  tracer = next;
}

/** For code that would prepare something for a span. */
export const isTracing = (): boolean => tracer !== null;

/**
 * Runs `work` as a step of the current trace. Outside of a trace, it only runs `work`: a request starts a trace, and
 * background work does not. Names and attributes must not contain what callers send: texts, addresses, and keys.
 */
export function traced<T>(
  name: string,
  work: () => Promise<T>,
  kind = SpanKind.INTERNAL,
  attributes: Attributes = {},
): Promise<T> {
  if (tracer === null || trace.getActiveSpan() === undefined) return work();
  const span = tracer.startSpan(name, { kind, attributes });
  return context.with(trace.setSpan(context.active(), span), () => endAfter(span, work));
}

async function endAfter<T>(span: Span, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    // Without the message, which may quote what a caller sent.
    const type = errorCode(error) ?? (error instanceof Error ? error.name : typeof error);
    span.setAttribute('error.type', type).setStatus({ code: SpanStatusCode.ERROR });
    throw error;
  } finally {
    span.end();
  }
}

/** The span of a request that this process serves. */
export interface RequestSpan {
  /** Runs `work` so that the spans that it starts belong to this one. */
  run(work: () => void): void;
  /** `attributes` are known only at the end of the request. */
  end(isFailed: boolean, attributes: Attributes): void;
}

/** Continues the caller's trace (W3C Trace Context) or starts one; null without tracing. */
export function startRequestSpan(
  name: string,
  headers: Readonly<Record<string, unknown>>,
  attributes: Attributes,
): RequestSpan | null {
  if (tracer === null) return null;
  const caller = propagation.extract(ROOT_CONTEXT, headers);
  const span = tracer.startSpan(name, { kind: SpanKind.SERVER, attributes }, caller);
  const entered: Context = trace.setSpan(caller, span);
  return {
    run: (work) => context.with(entered, work),
    end(isFailed, last) {
      span.setAttributes(last);
      if (isFailed) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}

/** What log lines contain, so that they can be found from a trace; empty outside of a trace. */
export function traceFields(): Record<string, string> {
  const span = tracer === null ? undefined : trace.getActiveSpan();
  if (span === undefined) return {};
  const { traceId, spanId } = span.spanContext();
  return { trace_id: traceId, span_id: spanId };
}
