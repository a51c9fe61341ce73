import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import addFormats from 'ajv-formats';
import { Ajv } from 'ajv';
import { sampleFinding, sampleReport } from './fixtures/sample-report.js';
import { toSarif } from './sarif.js';

/** The schema is of draft 4; of what differs from draft 7 it uses the names alone. */
const schema = ((): object => {
  const { $schema, id, ...rest } = JSON.parse(readFileSync(join(__dirname, 'fixtures/sarif-2.1.0.schema.json'), 'utf8')) as Record<
    string,
    unknown
  >;
  expect($schema).toContain('draft-04');
  expect(id).toContain('sarif-2.1.0');
  return rest;
})();
const ajv = new Ajv({ strict: false, allErrors: true, unicodeRegExp: false });
addFormats.default(ajv);
const validate = ajv.compile(schema);

const problems = (report: Parameters<typeof toSarif>[0]): unknown => {
  validate(JSON.parse(JSON.stringify(toSarif(report, '0.1.0'))));
  return validate.errors ?? [];
};

describe('SARIF', () => {
  it('fits the schema, which does refuse what is wrong', () => {
    expect(problems(sampleReport())).toEqual([]);
    expect(validate({ version: '2.1.0', runs: [{ tool: {} }] })).toBe(false);
  });

  it('fits the schema with names as hostile as they come, places elsewhere, and nothing found', () => {
    const files = ['a b/ü.ts', 'x:y.ts', '<script>.ts', 'new\nline.ts', '%2e%2e/x.ts', '\ud800.ts', '#a?b.ts'];
    expect(
      problems(
        sampleReport({ findings: files.map((file) => sampleFinding({ file, related: [{ file: files[0]!, line: 1, endLine: 2 }] })) }),
      ),
    ).toEqual([]);
    expect(problems(sampleReport({ findings: [], notAnalysed: files.map((file) => ({ file, reason: 'it is binary' })) }))).toEqual([]);
  });

  it('says of each finding where, how bad, and which it is', () => {
    const [run] = toSarif(sampleReport(), '0.1.0').runs;
    const [result] = run!.results!;
    expect(result).toMatchObject({
      ruleId: 'debt/complexity',
      level: 'warning',
      partialFingerprints: { 'waggleFinding/v1': '0123456789abcdef' },
    });
    expect(run!.tool.driver.rules![result!.ruleIndex!]!.id).toBe('debt/complexity');
    expect(result!.locations![0]!.physicalLocation).toEqual({
      artifactLocation: { uri: 'src/a.ts', uriBaseId: 'ROOT' },
      region: { startLine: 3, endLine: 3, startColumn: 1, endColumn: 10 },
    });
  });

  it('says what is new where there was an audit before', () => {
    const run = {
      at: '2026-01-01T00:00:00Z',
      score: 1,
      grade: 'E',
      total: 1,
      bySeverity: sampleReport().counts.bySeverity,
      effort: 1,
      lines: 1,
    };
    const report = sampleReport({
      findings: [sampleFinding({ isNew: true }), sampleFinding({ id: 'f'.repeat(16) })],
      trend: { runs: [run, run], added: 1, fixed: [], fixedTotal: 0 },
    });
    expect(problems(report)).toEqual([]);
    expect(toSarif(report, '0.1.0').runs[0]!.results!.map(({ baselineState, rank }) => [baselineState, rank])).toEqual([
      ['new', 40],
      ['unchanged', 40],
    ]);
  });
});
