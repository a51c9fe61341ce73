import { inspect } from 'node:util';
import {
  context,
  isSpanContextValid,
  ProxyTracerProvider,
  ROOT_CONTEXT,
  SpanStatusCode,
  trace,
  TraceFlags,
  type Context,
  type Span,
  type Tracer,
} from '@opentelemetry/api';
import { parseTraceParent } from './trace-parent.js';

/** Whatever came with headers: a delivery, a live message, a stored message. */
export interface Carrier {
  header(name: string): string | undefined;
}

const HEX = Array.from({ length: 256 }, (_, byte) => (256 + byte).toString(16).slice(1));

/** Ids need not be secret, only rare: a source of true randomness costs more than the rest of a short task. Never all zeros. */
const randomHex = (bytes: number): string => {
  let hex = HEX[1 + Math.floor(Math.random() * 255)]!;
  for (let i = 1; i < bytes; i++) hex += HEX[Math.floor(Math.random() * 256)]!;
  return hex;
};

/** With no SDK a trace still needs ids, for logs and for the next hop. */
const unrecorded = (traceId = randomHex(16)): Span => trace.wrapSpanContext({ traceId, spanId: randomHex(8), traceFlags: TraceFlags.NONE });

/** Undefined where no SDK is set up: the API's own would make empty spans, and check and wrap each of them. */
const recorder = (): Tracer | undefined => {
  const provider = trace.getTracerProvider();
  return provider instanceof ProxyTracerProvider ? provider.getDelegateTracer('waggle') : provider.getTracer('waggle');
};

const startSpan = (tracer: Tracer, name: string, parent: Context): Span => {
  const span = tracer.startSpan(name, {}, parent);
  return span.isRecording() && isSpanContextValid(span.spanContext()) ? span : unrecorded(trace.getSpanContext(parent)?.traceId);
};

/**
 * Runs `fn` in a span: a child of the carrier's `traceparent`, else of the span at work, else the first of a new trace.
 * Ends with `fn`; what it throws is recorded and thrown on.
 */
export const withSpan = async <T>(name: string, carrier: Carrier | undefined, fn: (span: Span) => Promise<T> | T): Promise<T> => {
  const remote = parseTraceParent(carrier?.header('traceparent'));
  const tracer = recorder();
  if (tracer === undefined) {
    const around = remote === undefined ? context.active() : ROOT_CONTEXT;
    const span = unrecorded((remote ?? trace.getSpanContext(around))?.traceId);
    return await context.with(trace.setSpan(around, span), fn, undefined, span);
  }
  const parent = remote === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, remote);
  const span = startSpan(tracer, name, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => fn(span));
  } catch (error) {
    // anything may be thrown
    const told = error instanceof Error || typeof error === 'string' ? error : inspect(error);
    span.recordException(told);
    span.setStatus({ code: SpanStatusCode.ERROR, message: typeof told === 'string' ? told : told.message });
    throw error;
  } finally {
    span.end();
  }
};
