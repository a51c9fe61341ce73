import type { LoggerService } from '@nestjs/common';
import type { Log } from './log.js';

const parts = (rest: unknown[]): { context?: unknown; stack?: unknown } => {
  const context = rest.at(-1);
  return rest.length > 1 ? { context, stack: rest[0] } : { context };
};

/** Nest's own lines in the service's log: what Nest calls `log` is of interest to its developers only. */
export class NestLog implements LoggerService {
  constructor(private readonly log_: Log) {}

  log(message: unknown, ...rest: unknown[]): void {
    this.log_.debug(String(message), parts(rest));
  }

  debug(message: unknown, ...rest: unknown[]): void {
    this.log_.debug(String(message), parts(rest));
  }

  verbose(message: unknown, ...rest: unknown[]): void {
    this.log_.trace(String(message), parts(rest));
  }

  warn(message: unknown, ...rest: unknown[]): void {
    this.log_.warn(String(message), parts(rest));
  }

  error(message: unknown, ...rest: unknown[]): void {
    this.log_.error(String(message), parts(rest));
  }
}
