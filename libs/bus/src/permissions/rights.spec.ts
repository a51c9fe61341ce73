import { agentManifest, clientManifest } from './factories.js';
import type { Manifest } from './manifest.js';
import { covers } from './patterns.js';
import { rightsOf } from './rights.js';

const may = (patterns: string[], subject: string): boolean => patterns.some((pattern) => covers(pattern, subject));

describe('rights', () => {
  it.each(['core', 'edge', 'agent', 'client'] as const)('of a %s that declares nothing: its inbox, and to ask for its rights', (kind) => {
    const rights = rightsOf({ name: 'x', kind, tenant: 't' });
    expect(rights.publish).toEqual(['$SYS.REQ.USER.INFO']);
    expect(rights.subscribe).toEqual(['_INBOX.x.>']);
    expect(rights.imports).toEqual({ services: [], feeds: [] });
  });

  it('of a plain client name it and its tenant wherever it speaks', () => {
    const rights = rightsOf(clientManifest('alice', 't1'));
    expect(rights.account).toBe('TENANT_t1');
    expect(rights.apiPrefix).toBe('mesh.API');
    expect(rights.publish).toEqual([
      '$KV.LOCKS.t1.>',
      '$SYS.REQ.USER.INFO',
      'mesh.API.DIRECT.GET.BLOB.wg.t1.blob.*.*.*',
      'mesh.API.DIRECT.GET.FLOW.wg.t1.outcome.alice.*',
      'mesh.API.DIRECT.GET.KV_LOCKS.$KV.LOCKS.t1.>',
      'mesh.API.DIRECT.GET.KV_MEMORY.$KV.MEMORY.t1.>',
      'mesh.API.DIRECT.GET.KV_SESSIONS.$KV.SESSIONS.t1.>',
      'mesh.API.DIRECT.GET.PROGRESS.wg.t1.status.alice.*',
      'mesh.API.DIRECT.GET.SUBMIT.wg.t1.signal.alice.*.*',
      'mesh.API.DIRECT.GET.SUBMIT.wg.t1.submit.alice.*',
      'wg.t1.blob.alice.*.*',
      'wg.t1.escalation.answer.alice.*.*',
      'wg.t1.event.alice.*',
      'wg.t1.signal.alice.*.*',
      'wg.t1.submit.alice.*',
      'wgm.svc.sessions.*.t1.alice',
    ]);
    expect(rights.subscribe).toEqual([
      '_INBOX.alice.>',
      'wg.t1.channel.*.*.*',
      'wg.t1.outcome.alice.*',
      'wg.t1.status.alice.*',
      'wgm.kv.LOCKS.t1.>',
      'wgm.kv.MEMORY.t1.>',
      'wgm.kv.SESSIONS.t1.>',
    ]);
    expect(rights.imports.services.filter((subject) => subject.includes('MEMORY'))).toEqual([
      '$JS.API.DIRECT.GET.KV_MEMORY.$KV.MEMORY.t1.>',
    ]);
    expect(rights.imports.services.filter((subject) => subject.includes('LOCKS'))).toEqual([
      '$JS.API.DIRECT.GET.KV_LOCKS.$KV.LOCKS.t1.>',
      '$KV.LOCKS.t1.>',
    ]);
  });

  it("of an agent reach its own queues, tasks and results and nobody else's", () => {
    const { publish, subscribe } = rightsOf(agentManifest('echo'));
    for (const priority of ['critical', 'high', 'normal', 'low']) {
      expect(may(publish, `mesh.API.CONSUMER.MSG.NEXT.TASK.echo-${priority}`)).toBe(true);
      expect(may(publish, `$JS.ACK.TASK.echo-${priority}.1.2.3.4.5`)).toBe(true);
      expect(may(publish, `mesh.API.CONSUMER.MSG.NEXT.TASK.other-${priority}`)).toBe(false);
      expect(may(publish, `$JS.ACK.TASK.other-${priority}.1.2.3.4.5`)).toBe(false);
    }
    expect(may(publish, 'wg.t.result.echo.f.a.1')).toBe(true);
    expect(may(publish, 'wg.t.result.other.f.a.1')).toBe(false);
    expect(may(publish, '$KV.CACHE.t.echo.key')).toBe(true);
    expect(may(publish, '$KV.CACHE.t.other.key')).toBe(false);
    expect(may(publish, 'mesh.API.DIRECT.GET.KV_CACHE.$KV.CACHE.t.echo.key')).toBe(true);
    expect(may(publish, 'mesh.API.DIRECT.GET.KV_CACHE.$KV.CACHE.t.other.key')).toBe(false);
    expect(may(subscribe, 'wg.t.abort.echo.f.a.1')).toBe(true);
    expect(may(subscribe, 'wg.t.abort.other.f.a.1')).toBe(false);
  });

  it("behind a border name no bare JetStream request: that would be the account's own", () => {
    for (const manifest of [agentManifest('echo'), clientManifest('alice', 't1')]) {
      expect(rightsOf(manifest).publish.filter((subject) => subject.startsWith('$JS.API'))).toEqual([]);
    }
  });

  it("serve an endpoint only with the service's own queue group, and answer only into inboxes", () => {
    const { publish, subscribe } = rightsOf({ name: 'registry', kind: 'core', serves: ['find'] });
    expect(subscribe).toContain('wgm.svc.registry.find.* registry');
    expect(subscribe).not.toContain('wgm.svc.registry.find.*');
    expect(publish).toEqual(['$SYS.REQ.USER.INFO', '_INBOX.>', '_R_.>']);
  });

  it('let a reader of a part of a bucket list nothing', () => {
    const manifest: Manifest = { name: 'x', kind: 'agent', buckets: { PROFILES: { read: ['x'] } } };
    expect(rightsOf(manifest).publish).toEqual(['$SYS.REQ.USER.INFO', 'mesh.API.DIRECT.GET.KV_PROFILES.$KV.PROFILES.x']);
  });

  it('speak for any owner only where the manifest says so', () => {
    const gateway: Manifest = { name: 'gateway', kind: 'edge', publishes: ['submit', 'signal'], actsFor: ['submit'] };
    expect(rightsOf(gateway).publish).toEqual(['$SYS.REQ.USER.INFO', 'wg.*.signal.gateway.*.*', 'wg.*.submit.*.*']);
  });
});
