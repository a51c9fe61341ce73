import { headers, type MsgHdrs } from '@nats-io/nats-core';

/** Headers as `STREAM.MSG.GET` answers them: the raw block, base64 decoded. */
export const headersFrom = (raw: Buffer): MsgHdrs => {
  const made = headers();
  for (const line of raw.toString('utf8').split('\r\n').slice(1)) {
    const colon = line.indexOf(':');
    if (colon > 0) made.append(line.slice(0, colon), line.slice(colon + 1).trim());
  }
  return made;
};
