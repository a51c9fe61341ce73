import type { Bus } from '@waggle/bus';
import { isToken, WaggleError } from '@waggle/protocol';
import { Desk } from './desk.js';
import { Session } from './session.js';

/** A session in the list. */
export interface SessionLine {
  session: string;
  open: boolean;
  createdBy: string;
  createdAt: string;
  description?: string;
  agents: string[];
  rollingBack: boolean;
}

/** What agents of a tenant share, as whoever the bus signed in as. The bus stays open, for it is not its own. */
export class Sessions {
  private readonly desk: Desk;

  constructor(bus: Bus, { tenant }: { tenant: string }) {
    this.desk = new Desk(bus, tenant);
  }

  /** By its name: a flow's id, a thread's, or one of your own. `as` tells several of one agent apart at sync points. */
  session(name: string, options: { as?: string } = {}): Session {
    if (!isToken(name)) throw new WaggleError('INVALID_MESSAGE', 'session must be 1 to 64 of A-Z, a-z, 0-9, _ and -.', { path: 'session' });
    return new Session(this.desk, name, options.as);
  }

  async list(): Promise<SessionLine[]> {
    return (await this.desk.read<{ sessions: SessionLine[] }>('sessions', {})).sessions;
  }
}
