import { context, propagation, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { TraceParentPropagator } from './trace-parent.js';

let ready = false;

/** Trace context across awaits and hops, with no exporter: enough for `trace_id` in every log line. Once a process. */
export const enableTraceContext = (): void => {
  if (ready) return;
  ready = true;
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  propagation.setGlobalPropagator(new TraceParentPropagator());
};

const wanted = (env: NodeJS.ProcessEnv): boolean =>
  env.OTEL_SDK_DISABLED?.toLowerCase() !== 'true' &&
  env.OTEL_TRACES_EXPORTER?.toLowerCase() !== 'none' &&
  [env.OTEL_EXPORTER_OTLP_ENDPOINT, env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT, env.OTEL_TRACES_EXPORTER].some(
    (value) => value !== undefined && value !== '',
  );

const exporterOf = async (env: NodeJS.ProcessEnv) => {
  if (env.OTEL_TRACES_EXPORTER?.toLowerCase() === 'console') return new (await import('@opentelemetry/sdk-trace')).ConsoleSpanExporter();
  return new (await import('@opentelemetry/exporter-trace-otlp-http')).OTLPTraceExporter();
};

/**
 * Exports spans as the standard OTEL_* variables say (OTLP over HTTP, or `console`); does nothing, and loads nothing,
 * when none asks for it. Returns what flushes and stops it.
 */
export const startTracing = async (service: string, env: NodeJS.ProcessEnv = process.env): Promise<() => Promise<void>> => {
  enableTraceContext();
  if (!wanted(env)) return async () => undefined;
  const [{ TracerProvider, BatchSpanProcessor }, { resourceFromAttributes, defaultResource }, exporter] = await Promise.all([
    import('@opentelemetry/sdk-trace'),
    import('@opentelemetry/resources'),
    exporterOf(env),
  ]);
  const provider = new TracerProvider({
    resource: defaultResource().merge(resourceFromAttributes({ 'service.name': env.OTEL_SERVICE_NAME ?? service })),
    spanProcessors: [new BatchSpanProcessor({ exporter })],
  });
  trace.setGlobalTracerProvider(provider);
  return () => provider.shutdown();
};
