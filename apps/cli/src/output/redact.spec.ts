import { newNkey } from '@waggle/bus';
import { redact } from './redact.js';

describe('what is never shown', () => {
  test('nkey seeds, wherever they stand', () => {
    const { seed, publicKey } = newNkey();
    expect(redact(`seed "${seed}" of ${publicKey}`)).toBe(`seed "<seed>" of ${publicKey}`);
  });

  test('user and password of an address', () => {
    expect(redact('nats://me:secret@host:4222,nats://tok@b and https://x.test/a@b')).toBe(
      'nats://<hidden>@host:4222,nats://<hidden>@b and https://x.test/a@b',
    );
  });
});
