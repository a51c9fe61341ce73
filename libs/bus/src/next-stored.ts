import { WaggleError, type StreamName } from '@waggle/protocol';
import type { Bus } from './port.js';

/** What a stream holds, without its body. */
export interface StoredSize {
  subject: string;
  sequence: number;
  /** Length of the header as it is stored. */
  headerBytes: number;
}

const NO_MESSAGE = 10037;

interface Answer {
  error?: { err_code: number; description: string };
  message?: { subject: string; seq: number; hdrs?: string };
}

/** The first message after a sequence, as the stream's leader has it; undefined: there is none. For core services with `readsLeader`. */
export const nextStored = async (bus: Pick<Bus, 'request'>, stream: StreamName, after: number): Promise<StoredSize | undefined> => {
  const asked = `$JS.API.STREAM.MSG.GET.${stream}`;
  const { error, message } = (await bus.request(asked, JSON.stringify({ seq: after + 1, next_by_subj: '>' }))).json<Answer>();
  if (error?.err_code === NO_MESSAGE) return undefined;
  if (message === undefined) throw new WaggleError('BUS_REFUSED', `${asked}: ${error?.description ?? 'no message in the answer'}`);
  return { subject: message.subject, sequence: message.seq, headerBytes: Buffer.byteLength(message.hdrs ?? '', 'base64') };
};
