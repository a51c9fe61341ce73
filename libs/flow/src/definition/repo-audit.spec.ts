import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Driver, offer } from '../testing/driver.js';
import { parseDefinition } from './parse-definition.js';

const FILE = join(__dirname, '../../../../workflows/repo-audit.yaml');
const workspace = { manifest: { writer: 'w', sha256: 'a'.repeat(64), size: 1, chunks: 1, type: 'application/json' }, files: 2, bytes: 10 };

describe('the workflow that is shipped', () => {
  it('runs from a workspace to a report', () => {
    const parsed = parseDefinition(readFileSync(FILE, 'utf8'), { file: 'workflows/repo-audit.yaml' });
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const d = new Driver();
    d.agents['*'] = [offer('worker')];
    d.facts.workflow = parsed.definition;
    d.submit({ workflow: 'repo-audit', input: { workspace } });
    const large = { $blob: workspace.manifest };
    d.complete('plan', {
      shards: [
        { workspace, from: 0, to: 1 },
        { workspace, from: 1, to: 2 },
      ],
    });
    expect(d.dispatched('security-1').input).toEqual({ shard: { workspace, from: 1, to: 2 }, fresh: false });
    for (const id of ['debt-0', 'debt-1', 'duplication', 'security-0', 'security-1', 'dependencies', 'threats', 'structure'])
      d.complete(id, id === 'debt-1' ? large : { of: id });
    expect(d.dispatched('report').input).toMatchObject({
      workspace,
      debt: [{ of: 'debt-0' }, large, { of: 'duplication' }, { of: 'structure' }],
      security: [{ of: 'security-0' }, { of: 'security-1' }, { of: 'dependencies' }, { of: 'threats' }],
    });
    d.complete('report', { html: large });
    expect(d.state.outcome).toMatchObject({ state: 'COMPLETED', output: { html: large } });
  });

  it('refuses an input without a workspace', () => {
    const parsed = parseDefinition(readFileSync(FILE, 'utf8'));
    const d = new Driver();
    d.facts.workflow = 'definition' in parsed ? parsed.definition : undefined;
    d.submit({ workflow: 'repo-audit', input: {} });
    expect(d.state.outcome?.errors).toMatchObject([{ code: 'INVALID_INPUT', path: 'payload.input.workspace' }]);
  });
});
