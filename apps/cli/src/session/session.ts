import { connectBus, type Bus } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { ERRORS, isErrorCode, subjects, WaggleError, type Problem } from '@waggle/protocol';
import type { Context } from '../context.js';
import { findTarget, type Target } from './target.js';

const CONNECT = 3_000;
const ASK = 5_000;

/** A command at work on a mesh. */
export class Session {
  readonly client: WaggleClient;

  private constructor(
    readonly bus: Bus,
    readonly target: Target,
  ) {
    this.client = new WaggleClient(bus, { tenant: target.tenant });
  }

  static async open(context: Pick<Context, 'folder' | 'env'>): Promise<Session> {
    return Session.to(await findTarget(context.folder, context.env));
  }

  static async to(target: Target): Promise<Session> {
    const { servers, me, seed, manifest, trusted } = target;
    return new Session(await connectBus({ servers, me, seed, manifest, trusted, connectTimeout: CONNECT }), target);
  }

  get tenant(): string {
    return this.target.tenant;
  }

  /** Asks an endpoint of a service; what it finds wrong is thrown. Nobody there: `BUS_TIMEOUT`, which names the service. */
  async ask<T>(service: string, endpoint: string, question: object = {}): Promise<T> {
    const answer = await this.bus
      .request(subjects.endpoint(service, endpoint, this.bus.me), JSON.stringify(question), { timeout: ASK })
      .catch((cause: unknown) => {
        if ((cause as { code?: unknown }).code !== 'BUS_TIMEOUT') throw cause;
        throw new WaggleError('BUS_TIMEOUT', `the ${service} does not answer: is it running?`, { cause });
      });
    const { errors, problems = errors, ...rest } = answer.json<{ errors?: Problem[]; problems?: Problem[] }>();
    if (problems !== undefined && problems.length > 0) throw asError(problems);
    return rest as T;
  }

  async close(): Promise<void> {
    await this.client.close();
    await this.bus.close();
  }
}

const asError = (problems: Problem[]): WaggleError => {
  const [first] = problems;
  const code = isErrorCode(first!.code) ? first!.code : 'INTERNAL';
  return new WaggleError(code, first!.message || ERRORS[code].summary, { path: first!.path, problems });
};

/** Opens a session, does the work, closes it whatever happens. */
export const withSession = async <T>(context: Pick<Context, 'folder' | 'env'>, work: (session: Session) => Promise<T>): Promise<T> => {
  const session = await Session.open(context);
  try {
    return await work(session);
  } finally {
    await session.close();
  }
};
