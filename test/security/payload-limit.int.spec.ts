import { nkeyAuthenticator } from '@nats-io/nats-core';
import { connect } from '@nats-io/transport-node';
import { brokerConfig, clientManifest, connectBus, newNkey, provision, type Manifest } from '@waggle/bus';
import { WaggleClient } from '@waggle/client';
import { isValueRef, subjects, type AgentMessage, type Submit } from '@waggle/protocol';
import { cleanupLater, testBroker } from '@waggle/testkit';

jest.setTimeout(30_000);

const PROVISIONER: Manifest = { name: 'provisioner', kind: 'core', provisions: true };
const CLIENT = clientManifest('client', 't');
const LIMIT = 60 * 1024;

it('a payload limit below 64 KiB on the clients leaves them large inputs, by reference in chunks that fit', async () => {
  const manifests = [PROVISIONER, CLIENT];
  const keys = { provisioner: newNkey(), client: newNkey() };
  const publicKeys = { provisioner: keys.provisioner.publicKey, client: keys.client.publicKey };
  const config = brokerConfig({ manifests, keys: publicKeys, limits: { connections: 10, payload: LIMIT } });
  const broker = await testBroker({ provision: false, config });
  await provision({ servers: broker.url, seed: keys.provisioner.seed, manifests });
  const bus = await connectBus({ servers: broker.url, me: 'client', seed: keys.client.seed, manifest: CLIENT });
  cleanupLater(() => bus.close());
  const client = new WaggleClient(bus, { tenant: 't' });
  const input = { text: 'x'.repeat(300_000) };
  const { flowId } = await client.submit({ skill: 'a.b', input });
  const stored = await bus.last('SUBMIT', subjects.submit('t', 'client', flowId));
  const { payload } = stored!.json<AgentMessage<Submit>>();
  if (!isValueRef(payload.input)) throw new Error('expected a reference');
  expect(payload.input.$blob.chunks).toBeGreaterThanOrEqual(5);
  expect(JSON.parse(Buffer.from(await bus.blobs.get('t', payload.input.$blob)).toString())).toEqual(input);

  const authenticator = nkeyAuthenticator(new TextEncoder().encode(keys.client.seed));
  const nc = await connect({ servers: broker.url, inboxPrefix: '_INBOX.client', authenticator });
  cleanupLater(() => nc.close());
  expect(nc.info?.max_payload).toBe(LIMIT);
});
