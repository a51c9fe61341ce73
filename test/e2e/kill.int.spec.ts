import { execFile } from 'node:child_process';
import path from 'node:path';

interface Drill {
  /** Gives the same points again: `node test/e2e/chaos.mjs --short --seed …`. */
  seed: string;
  drill: string;
  kills: { name: string; during: boolean; back: number }[];
  wrong: string[];
}

const LIMIT = 300_000;

/** The short form of `npm run chaos`: each process of a real mesh killed with -9 once, at a random point of an audit. */
describe('a mesh of processes under kill -9', () => {
  let drills: Map<string, Drill> | undefined;

  beforeAll(async () => {
    const script = path.join(__dirname, 'chaos.mjs');
    const lines = await new Promise<string[]>((resolve, reject) => {
      execFile(process.execPath, [script, '--short', '--json'], { timeout: LIMIT - 10_000 }, (error, stdout, stderr) => {
        const said = stdout.split('\n').filter(Boolean);
        if (error) process.stderr.write(stderr);
        // 1 with results: the tests below say what is wrong
        if (error && said.length < 2) reject(new Error(error.message));
        else resolve(said);
      });
    });
    // the first line is of the run, the others are of a drill each
    drills = new Map(
      lines
        .slice(1)
        .map((line) => JSON.parse(line) as Drill)
        .map((each) => [each.drill, each]),
    );
  }, LIMIT);

  afterAll(() => {
    const failed = [...(drills?.values() ?? [])].filter(({ wrong }) => wrong.length > 0);
    if (failed.length > 0) process.stderr.write(`wrong with --seed ${failed[0]!.seed}: ${failed.map(({ drill }) => drill).join(', ')}\n`);
  });

  test.each([
    'registry',
    'coordinator',
    'workspace',
    'tech-debt-tracker',
    'security-auditor',
    'reviewer',
    'broker',
    'coordinator, one of 2',
    'coordinator, one of 3',
  ])('killed %s: the same report, a log without gap, each result counted once', (name) => {
    expect(drills!.get(name)).toMatchObject({ wrong: [], kills: [{ name: name.split(',')[0] }] });
  });

  test('killed everybody in turn: each counted effect happened, each result was taken once', () => {
    expect(drills!.get('counted effects')).toMatchObject({ wrong: [] });
    expect(drills!.get('counted effects')!.kills.length).toBeGreaterThan(0);
  });
});
