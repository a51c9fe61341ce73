import { setTimeout as sleep } from 'node:timers/promises';
import { WaggleError, type StoreName, type StreamName } from '@waggle/protocol';
import { headersFrom } from './nats/raw-headers.js';
import { Stored } from './nats/stored-message.js';
import type { Bus, StoredMessage } from './port.js';

/** What a stream holds, without its body. */
export interface StoredSize {
  subject: string;
  sequence: number;
  /** Length of the header as it is stored. */
  headerBytes: number;
}

const NO_MESSAGE = 10037;
/** Milliseconds for which a stream may be without a leader, and between two questions meanwhile. */
const ELECTION = 5_000;
const PAUSE = 100;

interface Answer {
  error?: { code?: number; err_code: number; description: string };
  message?: { subject: string; seq: number; time: string; hdrs?: string; data?: string };
}

const nextOf = async (
  bus: Pick<Bus, 'request'>,
  store: StoreName,
  where: { after: number; filter: string },
): Promise<Answer['message']> => {
  const asked = `$JS.API.STREAM.MSG.GET.${store}`;
  const question = JSON.stringify({ seq: where.after + 1, next_by_subj: where.filter });
  for (const until = performance.now() + ELECTION; ; await sleep(PAUSE)) {
    const { error, message } = (await bus.request(asked, question)).json<Answer>();
    if (message !== undefined || error?.err_code === NO_MESSAGE) return message;
    const passes = error?.code === 503;
    if (!passes || performance.now() >= until)
      throw new WaggleError(passes ? 'BUS_TIMEOUT' : 'BUS_REFUSED', `${asked}: ${error?.description ?? 'no message in the answer'}`);
  }
};

/** The first message after a sequence, as the stream's leader has it; undefined: there is none. For core services with `readsLeader`. */
export const nextStored = async (bus: Pick<Bus, 'request'>, stream: StreamName, after: number): Promise<StoredSize | undefined> => {
  const message = await nextOf(bus, stream, { after, filter: '>' });
  return message && { subject: message.subject, sequence: message.seq, headerBytes: Buffer.byteLength(message.hdrs ?? '', 'base64') };
};

/**
 * All messages of a pattern after a sequence, as the leader has them: what a replica that answered a read may not have
 * known yet. One question a message, so for short tails. For core services with `readsLeader`.
 */
export const tailFromLeader = async (
  bus: Pick<Bus, 'request'>,
  store: StoreName,
  where: { after: number; filter: string },
): Promise<StoredMessage[]> => {
  const tail: StoredMessage[] = [];
  for (let { after } = where; ;) {
    const message = await nextOf(bus, store, { after, filter: where.filter });
    if (message === undefined) return tail;
    const { subject, seq: sequence, time, hdrs = '', data = '' } = message;
    const [header, body] = [Buffer.from(hdrs, 'base64'), Buffer.from(data, 'base64')];
    tail.push(new Stored({ subject, sequence, time, body, headers: headersFrom(header) }));
    after = sequence;
  }
};
