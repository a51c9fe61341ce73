import { CHECKLIST } from './checklist.js';
import { FACT_NAMES, factsIn } from './facts.js';

const facts = (path: string, text: string): string[] => factsIn(path, text).map(({ fact, at }) => `${fact}:${at.line}`);

describe('what a repository is', () => {
  it('is seen in its files, at a line', () => {
    expect(facts('src/app.ts', "import express from 'express';\n\nconst app = express();\napp.use(helmet());\n")).toEqual([
      'httpServer:3',
      'headers:4',
    ]);
    expect(facts('app.py', 'import psycopg2\napp = Flask(__name__)\n')).toEqual(['httpServer:2', 'database:1']);
    expect(facts('main.go', 'package main\nimport "database/sql"\nfunc main() { http.ListenAndServe(":80", nil) }')).toEqual([
      'httpServer:3',
      'database:2',
    ]);
    expect(facts('Dockerfile', 'FROM a\nUSER app\n')).toEqual(['container:1', 'leastUser:2']);
    expect(facts('.github/workflows/ci.yml', 'on: push\npermissions:\n  contents: read\n')).toEqual(['workflow:1', 'workflowRights:2']);
    expect(facts('README.md', 'express() and Flask(__name__)')).toEqual([]);
  });

  it('takes no time to speak of on text made to take it', () => {
    const started = process.cpuUsage();
    for (const text of ['setTimeout('.repeat(27_000), 'permissions = '.repeat(20_000), ' '.repeat(300_000), 'express <'.repeat(30_000)])
      for (const path of ['a.ts', 'a.yaml', 'Dockerfile', '.github/workflows/a.yml']) factsIn(path, text);
    expect(process.cpuUsage(started).user / 1000).toBeLessThan(3000);
  });
});

describe('the checklist', () => {
  it('has all of STRIDE, and asks of what can be seen', () => {
    expect(new Set(CHECKLIST.map(({ kind }) => kind)).size).toBe(6);
    expect(new Set(CHECKLIST.map(({ id }) => id)).size).toBe(CHECKLIST.length);
    for (const { of, answeredBy } of CHECKLIST) for (const fact of [of, ...answeredBy]) expect(FACT_NAMES).toContain(fact);
  });
});
