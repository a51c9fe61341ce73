import { context, propagation, type Context } from '@opentelemetry/api';

/** Headers with the current trace written into them as W3C `traceparent`; unchanged where no tracer is set up. */
export const injectTrace = (headers: Record<string, string> = {}): Record<string, string> => {
  propagation.inject(context.active(), headers);
  return headers;
};

const getter = {
  get: (message: { header(name: string): string | undefined }, name: string): string | undefined => message.header(name),
  keys: (): string[] => ['traceparent', 'tracestate', 'baggage'],
};

/** The trace that a message travels with; run the work inside it: `context.with(extractTrace(message), work)`. */
export const extractTrace = (message: { header(name: string): string | undefined }): Context =>
  propagation.extract(context.active(), message, getter);
