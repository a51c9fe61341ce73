import { applyDecorators, Catch, UseFilters, type ExceptionFilter } from '@nestjs/common';
import { EventPattern } from '@nestjs/microservices';
import type { StreamName } from '@waggle/protocol';
import { throwError, type Observable } from 'rxjs';

/** Nest's id of the transport. */
export const JETSTREAM = Symbol('JETSTREAM');

export interface FromQueueOptions {
  stream: StreamName;
  consumer: string;
  /** Messages at work at once; default 16. */
  slots?: number;
}

/** Nest's own filter replaces errors by "Internal server error": the transport needs the cause. */
@Catch()
export class KeepCause implements ExceptionFilter {
  catch(error: unknown): Observable<never> {
    return throwError(() => error);
  }
}

/**
 * The method takes the messages of a durable consumer: `(body: T, delivery: Delivery)` by `@Payload()` and `@Ctx()`.
 * When it resolves, its effects must be stored: then the message is acknowledged. When it throws, the message comes
 * again after a growing delay; an error that is not retryable ends it. While it works the message stays its own.
 */
export const FromQueue = (options: FromQueueOptions): MethodDecorator =>
  applyDecorators(
    EventPattern<string>(`${options.stream}/${options.consumer}`, JETSTREAM, { queue: options }),
    UseFilters(new KeepCause()),
  );
