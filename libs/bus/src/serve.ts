import { codeOf, isErrorCode, problem, subjects, WaggleError, type Problem } from '@waggle/protocol';
import type { Bus, LiveMessage, Subscription } from './port.js';
import { ServiceDiscovery, type EndpointFigures } from './discovery.js';

/** Answers one question: any object, or throws a `WaggleError`, whose problems the asker gets. */
export type Endpoint = (body: Uint8Array, asker: string) => unknown;

/** As above, within a tenant that the server checked. */
export type TenantEndpoint = (body: Uint8Array, asker: { name: string; tenant: string }) => unknown;

export interface ServeOptions {
  version: string;
  endpoints?: Readonly<Record<string, Endpoint>>;
  /** At `wgm.svc.<me>.<endpoint>.<tenant>.<asker>`. */
  tenantEndpoints?: Readonly<Record<string, TenantEndpoint>>;
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
    const open = async (name: string, subject: string, answer: (message: LiveMessage) => unknown): Promise<void> => {
      const figures = discovery.figures(name, subject);
      started.push(await bus.subscribe(subject, (message) => void desk.answer(message, { answer, figures }), { queue: bus.me }));
    };
    for (const [name, endpoint] of Object.entries(options.endpoints ?? {})) {
      await open(name, subjects.endpoint(bus.me, name, '*'), ({ body, subject }) => endpoint(body, subject.split('.').at(-1)!));
    }
    for (const [name, endpoint] of Object.entries(options.tenantEndpoints ?? {})) {
      await open(name, subjects.tenantEndpoint(bus.me, name, '*', '*'), ({ body, subject }) => {
        const [tenant, asker] = subject.split('.').slice(-2) as [string, string];
        return endpoint(body, { name: asker, tenant });
      });
    }
    started.push(...(await discovery.start()));
  } catch (error) {
    await stop();
    throw error;
  }
  return { stop };
};

/** Asks a service's endpoint as oneself, within `tenant` where the endpoint wants one. Rejects with the answer's problems as a `WaggleError`; nobody there: `BUS_TIMEOUT`. */
export const ask = async <T>(
  bus: Bus,
  { service, endpoint, tenant, timeout }: { service: string; endpoint: string; tenant?: string; timeout?: number },
  question: unknown = {},
): Promise<T> => {
  const subject =
    tenant === undefined ? subjects.endpoint(service, endpoint, bus.me) : subjects.tenantEndpoint(service, endpoint, tenant, bus.me);
  const answer = await bus.request(subject, JSON.stringify(question), { timeout });
  const parsed = answer.json<T & { problems?: Problem[] }>();
  const [first] = parsed.problems ?? [];
  if (!first) return parsed;
  throw new WaggleError(isErrorCode(first.code) ? first.code : 'INTERNAL', first.message, { path: first.path, problems: parsed.problems });
};

class Desk {
  private atWork = 0;

  constructor(private readonly options: ServeOptions) {}

  async answer(
    message: LiveMessage,
    { answer, figures }: { answer: (message: LiveMessage) => unknown; figures: EndpointFigures },
  ): Promise<void> {
    const started = performance.now();
    this.atWork++;
    figures.requests++;
    try {
      if (this.atWork > (this.options.atOnce ?? 256)) throw new WaggleError('OVERLOADED', 'Too many questions are at work.');
      message.respond(JSON.stringify(await answer(message)));
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
