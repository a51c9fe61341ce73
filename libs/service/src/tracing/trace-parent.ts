import {
  isSpanContextValid,
  TraceFlags,
  trace,
  type Context,
  type SpanContext,
  type TextMapGetter,
  type TextMapPropagator,
  type TextMapSetter,
} from '@opentelemetry/api';

const HEADER = 'traceparent';
const FORM = /^(?!ff)[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(?:-.*)?$/;

/** The W3C header as a span context; undefined when it is missing or malformed (then a new trace begins). */
export const parseTraceParent = (header: string | undefined): SpanContext | undefined => {
  const match = header === undefined ? null : FORM.exec(header);
  if (match === null) return undefined;
  const span = { traceId: match[1]!, spanId: match[2]!, traceFlags: parseInt(match[3]!, 16) & TraceFlags.SAMPLED, isRemote: true };
  return isSpanContextValid(span) ? span : undefined;
};

export const formatTraceParent = (span: SpanContext): string =>
  `00-${span.traceId}-${span.spanId}-${span.traceFlags.toString(16).padStart(2, '0')}`;

/** W3C trace context for the API's global propagator: the full SDK is loaded only where spans are exported. */
export class TraceParentPropagator implements TextMapPropagator {
  inject(context: Context, carrier: unknown, setter: TextMapSetter): void {
    const span = trace.getSpanContext(context);
    if (span !== undefined && isSpanContextValid(span)) setter.set(carrier, HEADER, formatTraceParent(span));
  }

  extract(context: Context, carrier: unknown, getter: TextMapGetter): Context {
    const value = getter.get(carrier, HEADER);
    const span = parseTraceParent(Array.isArray(value) ? value[0] : value);
    return span === undefined ? context : trace.setSpanContext(context, span);
  }

  fields(): string[] {
    return [HEADER];
  }
}
