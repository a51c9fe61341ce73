import type { AgentMessage } from '@waggle/protocol';
import type { Kept } from '@waggle/testkit';

/** What a stored message says. */
export const payloadOf = <T>({ body }: Kept): T => (JSON.parse(Buffer.from(body).toString('utf8')) as AgentMessage<T>).payload;
