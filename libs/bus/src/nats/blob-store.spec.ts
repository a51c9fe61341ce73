import { ModelBroker, ModelBus } from '@waggle/testkit';

describe('a blob', () => {
  it('is not missing for a replica that does not know of it yet', async () => {
    const broker = new ModelBroker();
    // the last one for good
    const knows = [0, 0, Infinity];
    const reader = new ModelBus(broker, 'agent', { staleness: () => (knows.length > 1 ? knows.shift()! : knows[0]!) });
    const content = Buffer.from('large');
    const blob = await new ModelBus(broker, 'client').blobs.put('default', content, 'text/plain');
    expect(Buffer.from(await reader.blobs.get('default', blob))).toEqual(content);
    expect(knows).toEqual([Infinity]);
  });

  it('that nobody stored is missing', async () => {
    const blob = { writer: 'client', sha256: 'a'.repeat(64), size: 1, chunks: 1, type: 'text/plain' };
    await expect(new ModelBus(new ModelBroker(), 'agent').blobs.get('default', blob)).rejects.toMatchObject({ code: 'BLOB_MISSING' });
  });
});
