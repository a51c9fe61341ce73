import { codeOf, isErrorCode, problem, subjects, WaggleError, type Problem } from '@waggle/protocol';
import type { Bus, LiveMessage, Subscription } from './port.js';
import { ServiceDiscovery, type EndpointFigures } from './discovery.js';

/** Answers one question: any object, or throws a `WaggleError`, whose problems the asker gets. */
export type Endpoint = (body: Uint8Array, asker: string) => unknown;

export interface ServeOptions {
  version: string;
  endpoints: Readonly<Record<string, Endpoint>>;
  /** Told of what failed for another reason than what the asker sent. */
  onError?: (error: unknown, subject: string) => void;
  /** Questions at work at once; more are answered `OVERLOADED`. Default 256. */
  atOnce?: number;
}

/**
 * Serves questions at `wgm.svc.<me>.<endpoint>.<asker>`, shared with the replicas of the same name, and says in
 * NATS's own way who is there (`$SRV.PING`, `INFO`, `STATS`). An answer is JSON; what cannot be answered is `{ problems }`.
 */
export const serve = async (bus: Bus, options: ServeOptions): Promise<Subscription> => {
  const discovery = new ServiceDiscovery(bus, options);
  const started: Subscription[] = [];
  const stop = async (): Promise<void> => {
    await Promise.all(started.map((subscription) => subscription.stop()));
  };
  try {
    const desk = new Desk(options);
    for (const [name, endpoint] of Object.entries(options.endpoints)) {
      const figures = discovery.figures(name);
      const subject = subjects.endpoint(bus.me, name, '*');
      started.push(await bus.subscribe(subject, (message) => void desk.answer(message, { endpoint, figures }), { queue: bus.me }));
    }
    started.push(...(await discovery.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
};

/** Asks a service's endpoint as oneself. Rejects with the answer's problems as a `WaggleError`; nobody there: `BUS_TIMEOUT`. */
export const ask = async <T>(
  bus: Bus,
  { service, endpoint, timeout }: { service: string; endpoint: string; timeout?: number },
  question: unknown = {},
): Promise<T> => {
  const answer = await bus.request(subjects.endpoint(service, endpoint, bus.me), JSON.stringify(question), { timeout });
  const parsed = answer.json<T & { problems?: Problem[] }>();
  const [first] = parsed.problems ?? [];
  if (!first) return parsed;
  throw new WaggleError(isErrorCode(first.code) ? first.code : 'INTERNAL', first.message, { path: first.path, problems: parsed.problems });
};

class Desk {
  private atWork = 0;

  constructor(private readonly options: ServeOptions) {}

  async answer(message: LiveMessage, { endpoint, figures }: { endpoint: Endpoint; figures: EndpointFigures }): Promise<void> {
    const started = performance.now();
    this.atWork++;
    figures.requests++;
    try {
      if (this.atWork > (this.options.atOnce ?? 256)) throw new WaggleError('OVERLOADED', 'Too many questions are at work.');
      message.respond(JSON.stringify(await endpoint(message.body, message.subject.split('.').at(-1)!)));
    } catch (error) {
      figures.errors++;
      figures.lastError = codeOf(error) ?? 'INTERNAL';
      if (!codeOf(error)) this.options.onError?.(error, message.subject);
      message.respond(JSON.stringify({ problems: problemsOf(error) }));
    } finally {
      this.atWork--;
      figures.milliseconds += performance.now() - started;
    }
  }
}

/** What an asker may know: nothing of an error that was not meant for it. */
const problemsOf = (error: unknown): Problem[] =>
  error instanceof WaggleError ? error.problems : [problem(codeOf(error) ?? 'INTERNAL', 'The question could not be answered.')];
