import { nextStored } from './next-stored.js';
import type { LiveMessage } from './port.js';

const bus = (...answers: object[]) => ({
  request: () => Promise.resolve({ json: () => answers.shift() } as LiveMessage),
});

describe('the next message of a stream', () => {
  it('is waited for while the stream has no leader', async () => {
    const electing = { error: { code: 503, err_code: 10008, description: 'JetStream system temporarily unavailable' } };
    const message = { subject: 'wg.t.submit.ann.f', seq: 7, time: '2026-01-01T00:00:00Z' };
    expect(await nextStored(bus(electing, electing, { message }), 'SUBMIT', 0)).toMatchObject({ sequence: 7 });
  });

  it('is refused at once where waiting would not help', async () => {
    const missing = { error: { code: 404, err_code: 10059, description: 'stream not found' } };
    await expect(nextStored(bus(missing), 'SUBMIT', 0)).rejects.toMatchObject({ code: 'BUS_REFUSED' });
  });
});
