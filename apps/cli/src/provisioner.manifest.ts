import type { Manifest } from '@waggle/bus';

/** Who makes streams, consumers and buckets. It can write no fact and read none. */
export const manifest: Manifest = { name: 'provisioner', kind: 'core', publishes: ['audit'], provisions: true };
