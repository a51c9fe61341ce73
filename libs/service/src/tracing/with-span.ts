import { context, isSpanContextValid, ROOT_CONTEXT, SpanStatusCode, trace, TraceFlags, type Context, type Span } from '@opentelemetry/api';
import { parseTraceParent } from './trace-parent.js';

/** Whatever came with headers: a delivery, a live message, a stored message. */
export interface Carrier {
  header(name: string): string | undefined;
}

/**
 * Ids need not be secret, only rare: a source of true randomness costs more than the rest of a short task. Two bytes at a
 * time: what is no small integer takes twice as long to write.
 */
const randomHex = (bytes: number): string => {
  let hex = '';
  for (let i = 0; i < bytes; i += 2) hex += (0x10001 + Math.floor(Math.random() * 0xffff)).toString(16).slice(1);
  return hex;
};

/** With no SDK the API's spans are empty: a trace then still needs ids, for logs and for the next hop. */
const unrecorded = (parent: Context): Span => {
  const traceId = trace.getSpanContext(parent)?.traceId ?? randomHex(16);
  return trace.wrapSpanContext({ traceId, spanId: randomHex(8), traceFlags: TraceFlags.NONE });
};

const startSpan = (name: string, parent: Context): Span => {
  const span = trace.getTracer('waggle').startSpan(name, {}, parent);
  return span.isRecording() && isSpanContextValid(span.spanContext()) ? span : unrecorded(parent);
};

/**
 * Runs `fn` in a span: a child of the carrier's `traceparent`, else of the span at work, else the first of a new trace.
 * Ends with `fn`; what it throws is recorded and thrown on.
 */
export const withSpan = async <T>(name: string, carrier: Carrier | undefined, fn: (span: Span) => Promise<T> | T): Promise<T> => {
  const remote = parseTraceParent(carrier?.header('traceparent'));
  const parent = remote === undefined ? context.active() : trace.setSpanContext(ROOT_CONTEXT, remote);
  const span = startSpan(name, parent);
  try {
    return await context.with(trace.setSpan(parent, span), () => fn(span));
  } catch (error) {
    span.recordException(error as Error);
    span.setStatus({ code: SpanStatusCode.ERROR, message: (error as Error).message });
    throw error;
  } finally {
    span.end();
  }
};
