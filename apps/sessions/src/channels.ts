import { Inject, Injectable } from '@nestjs/common';
import type { Bus, StoredMessage } from '@waggle/bus';
import { createMessage, MESSAGE_TYPES, subjects, WaggleError, type AgentMessage, type ChannelMessage } from '@waggle/protocol';
import { BUS } from '@waggle/service';
import type { Asker } from './asker.js';
import { endpoint, type Part } from './part.js';
import { readLatest, readRead, readSend, type ReadChannel, type SendMessage } from './questions/channel-questions.js';
import { Sessions } from './sessions.js';
import { MemoryStore } from './store/memory-store.js';

const LIMIT = 100;
/** Bytes of an answer: the broker takes a megabyte. */
const ANSWER_MOST = 512 * 1024;

/** A message as readers see it. */
export interface Said {
  sequence: number;
  id: string;
  by: string;
  at: string;
  body: unknown;
}

/** Channels of sessions: each message on a subject of its own, in the order stored. */
@Injectable()
export class Channels implements Part {
  readonly endpoints = {
    send: endpoint(readSend, (q, asker) => this.send(q, asker)),
    read: endpoint(readRead, (q, { tenant }) => this.read(q, tenant)),
    latest: endpoint(readLatest, async ({ session, name }, { tenant }) => {
      const last = await this.bus.last('CHANNEL', subjects.channel(tenant, session, name, '*'));
      return { sequence: last?.sequence ?? 0 };
    }),
  };

  constructor(
    @Inject(BUS) private readonly bus: Bus,
    private readonly sessions: Sessions,
    private readonly store: MemoryStore,
  ) {}

  private async send({ request, session, name, body }: SendMessage, asker: Asker): Promise<{ sequence: number }> {
    const { tenant } = asker;
    await this.sessions.writable(asker, session);
    const payload: ChannelMessage = { session, name, body: await this.store.keep(tenant, await this.store.load(tenant, body)) };
    const message = createMessage({ type: MESSAGE_TYPES.channel, id: request, from: asker.name, tenant, contextId: session, payload });
    const stored = await this.bus.publishOnce('CHANNEL', subjects.channel(tenant, session, name, request), JSON.stringify(message));
    if (stored.status === 'stored') return { sequence: stored.sequence };
    if (stored.by.json<AgentMessage>().from === asker.name) return { sequence: stored.by.sequence };
    throw new WaggleError('NAME_TAKEN', 'Another message has this id.', { path: 'request' });
  }

  private async read(
    { session, name, after = 0, limit = LIMIT }: ReadChannel,
    tenant: string,
  ): Promise<{ messages: Said[]; more: boolean }> {
    const found = await this.bus.read('CHANNEL', subjects.channel(tenant, session, name, '*'), { after, limit });
    const messages: Said[] = [];
    for (let bytes = 0, i = 0; i < found.length && (i === 0 || bytes + found[i]!.body.length < ANSWER_MOST); i++) {
      bytes += found[i]!.body.length;
      messages.push(said(found[i]!));
    }
    return { messages, more: messages.length < found.length || found.length === limit };
  }
}

const said = (message: StoredMessage): Said => {
  const { id, from, payload } = message.json<AgentMessage<ChannelMessage>>();
  return { sequence: message.sequence, id, by: from, at: message.time.toISOString(), body: payload.body };
};
