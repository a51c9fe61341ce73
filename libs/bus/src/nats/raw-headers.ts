import { headers, type MsgHdrs } from '@nats-io/nats-core';
import { WaggleError } from '@waggle/protocol';

/** Headers as `STREAM.MSG.GET` answers them: the raw block, base64 decoded. */
export const headersFrom = (raw: Buffer): MsgHdrs => {
  const made = headers();
  for (const line of raw.toString('utf8').split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) made.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return made;
};

const BREAK = /[\r\n]/;
const NAME = /^[!-9;-~]+$/;

/** All that the client asks of headers when it publishes is their bytes. A Map of arrays for each message is what the hot path can do without. */
class Written {
  constructor(private readonly text: string) {}

  encode(): Uint8Array {
    return Buffer.from(this.text);
  }
}

/** Headers to publish with; undefined where there are none. `BUS_REFUSED` for what would break out of its line. */
export const toHeaders = (entries: Record<string, string> | undefined, expect?: number): MsgHdrs | undefined => {
  if (!entries && expect === undefined) return undefined;
  let text = 'NATS/1.0\r\n';
  for (const name in entries) {
    const value = entries[name]!;
    if (!NAME.test(name) || BREAK.test(value)) throw new WaggleError('BUS_REFUSED', `not a header to publish: ${JSON.stringify(name)}`);
    text += `${name}: ${value}\r\n`;
  }
  if (expect !== undefined) text += `Nats-Expected-Last-Subject-Sequence: ${expect}\r\n`;
  return new Written(`${text}\r\n`) as Pick<MsgHdrs, never> as MsgHdrs;
};
