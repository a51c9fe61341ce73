import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { WaggleError } from '@waggle/protocol';
import { brokerConfig } from './broker-config.js';
import { agentManifest, clientManifest } from './factories.js';
import type { Manifest } from './manifest.js';
import { newNkey } from './nkey.js';

const provisioner: Manifest = { name: 'provisioner', kind: 'core', provisions: true };
const manifests = [provisioner, agentManifest('echo'), clientManifest('alice', 't1')];
const keys = {
  provisioner: 'UBLCRNYGXFZTSP5JGAYNRBSYEXWWI2TVTFVOS6TXQOAN4HCRZLDULVWS',
  echo: 'UBOGVNND3UYJEI3U4MBVHOCH7NH5JNEPVUKKSCSI5K5HJ6PAW7AJCYVQ',
  alice: 'UCLHJUS7IGR2XE6FT3M72QCYESAZXSTAZQQYJN4EDEINOZHP3YPOAGAG',
};

const problemsOf = (run: () => unknown): string[] => {
  try {
    run();
  } catch (error) {
    if (error instanceof WaggleError && error.code === 'INVALID_MANIFEST') return error.problems.map(({ path }) => path ?? '');
    throw error;
  }
  return [];
};

describe("the generated part of the broker's config", () => {
  it('is this, for a small mesh', () => {
    expect(brokerConfig({ manifests, keys })).toBe(readFileSync(join(__dirname, 'broker-config.golden.conf'), 'utf8'));
  });

  it('does not depend on the order of the manifests', () => {
    expect(brokerConfig({ manifests: [...manifests].reverse(), keys })).toBe(brokerConfig({ manifests, keys }));
  });

  it('gives JetStream to the core alone, and foreign code an account of its own', () => {
    const text = brokerConfig({
      manifests: [...manifests, agentManifest('foreign', { alone: true })],
      keys: { ...keys, foreign: newNkey().publicKey },
    });
    expect(text.match(/jetstream/g)).toHaveLength(1);
    expect(text).toContain('  AGENT_foreign {');
    expect(text).not.toContain('allow_responses');
  });

  it('bounds client accounts where asked to', () => {
    const text = brokerConfig({ manifests, keys, limits: { connections: 5, payload: 60_000 } });
    expect(text.match(/limits \{ max_connections: 5, max_payload: 60000 \}/g)).toHaveLength(1);
  });

  it('refuses everything that is wrong, at once', () => {
    const wrong = [
      { name: 'a b', kind: 'core' },
      { name: 'x', kind: 'client' },
      { name: 'x', kind: 'core', calls: ['registry'] },
      { name: 'y', kind: 'agent', tenant: 't } }', serves: ['find'] },
      { name: 'z', kind: 'edge', alone: true, buckets: { PROFILES: { read: ['a"b'] } } },
    ] as Manifest[];
    expect(problemsOf(() => brokerConfig({ manifests: wrong, keys }))).toEqual([
      'manifests[0].name',
      'x.tenant',
      'x.name',
      'x.calls',
      'y.tenant',
      'y.serves',
      'z.alone',
      'z.buckets.PROFILES',
    ]);
  });

  it.each([
    ['none', undefined],
    ['a seed', newNkey().seed],
    ['nonsense', 'U" } ] } }'],
  ])('refuses a key that is %s', (_name, key) => {
    expect(problemsOf(() => brokerConfig({ manifests: [provisioner], keys: key === undefined ? {} : { provisioner: key } }))).toEqual([
      'keys.provisioner',
    ]);
  });
});
