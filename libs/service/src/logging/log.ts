import { trace } from '@opentelemetry/api';
import { pino, type Logger } from 'pino';
import type { LogLevel } from '../service-config.js';
import { REDACTED_PATHS, redactSecrets } from './redact.js';

export type LogFields = Record<string, unknown>;

/**
 * Structured log lines: JSON with `time`, `level`, `service`, `instance`, and `trace_id` and `span_id` of the span at work.
 * An `error` field keeps its code, stack and causes. Secrets are masked.
 */
export class Log {
  constructor(private readonly logger: Logger) {}

  trace(message: string, fields: LogFields = {}): void {
    this.logger.trace(fields, message);
  }

  debug(message: string, fields: LogFields = {}): void {
    this.logger.debug(fields, message);
  }

  info(message: string, fields: LogFields = {}): void {
    this.logger.info(fields, message);
  }

  warn(message: string, fields: LogFields = {}): void {
    this.logger.warn(fields, message);
  }

  error(message: string, fields: LogFields = {}): void {
    this.logger.error(fields, message);
  }

  /** A log whose every line carries these fields too. */
  with(fields: LogFields): Log {
    return new Log(this.logger.child(fields));
  }
}

export interface LogOptions {
  service: string;
  instance: string;
  level: LogLevel;
  /** Standard output by default. */
  to?: { write(line: string): void };
}

const traceFields = (): LogFields => {
  const span = trace.getActiveSpan()?.spanContext();
  return span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId };
};

const destination = async (to: LogOptions['to']): Promise<{ write(line: string): void }> => {
  if (to !== undefined) return to;
  if (!process.stdout.isTTY) return pino.destination({ dest: 1, sync: true });
  const { default: pretty } = await import('pino-pretty');
  return pretty({ sync: true, ignore: 'pid,hostname,instance', translateTime: 'SYS:HH:MM:ss.l' });
};

/** A log of a service: JSON lines, pretty when standard output is a TTY. */
export const createLog = async (options: LogOptions): Promise<Log> =>
  new Log(
    pino(
      {
        level: options.level,
        base: { service: options.service, instance: options.instance },
        timestamp: pino.stdTimeFunctions.isoTime,
        formatters: { level: (level) => ({ level }) },
        mixin: traceFields,
        serializers: { error: pino.stdSerializers.errWithCause },
        redact: { paths: REDACTED_PATHS, censor: '[redacted]' },
        hooks: { streamWrite: redactSecrets },
      },
      await destination(options.to),
    ),
  );
