import { duplicateFinding, DuplicateSearch } from './duplicate-search.js';

const block = (name: string): string =>
  Array.from({ length: 8 }, (_, at) => `  const ${name}${at} = compute(${at}, source.values[${at}] + ${at * 3});`).join('\n');
const shared = block('shared');

const search = (files: Record<string, string>): ReturnType<typeof duplicateFinding>[] => {
  const found = new DuplicateSearch();
  for (const path of Object.keys(files).sort()) found.add(path, files[path]!);
  return found.groups().map((group) => duplicateFinding(group, files[group.original.file]!));
};

describe('duplicated code', () => {
  it('is found in another file, with both places', () => {
    const [finding, ...others] = search({
      'a.ts': `function a() {\n${shared}\n}\n`,
      'b.ts': `${block('own').replaceAll('source', 'this')}\nfunction b() {\n${shared}\n  return 1;\n}\n`,
    });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ rule: 'debt/duplication', file: 'a.ts', related: [{ file: 'b.ts' }] });
    expect(finding!.line).toBeLessThanOrEqual(2);
    expect(finding!.endLine).toBeGreaterThanOrEqual(9);
    expect(finding!.related![0]!.endLine - finding!.related![0]!.line).toBe(finding!.endLine - finding!.line);
  });

  it('is found within one file, and names all copies of one original', () => {
    const findings = search({
      'a.ts': `function a() {\n${shared}\n}\nfunction b() {\n${shared}\n}\n`,
      'c.ts': `function a() {\n${shared}\n}\nfunction d() {}\n`,
    });
    expect(findings.flatMap((finding) => finding.related!.map((place) => place.file)).sort()).toEqual(['a.ts', 'c.ts']);
  });

  it('is found where variables were renamed, and says so; once where it is also found as it is', () => {
    const [finding, ...others] = search({ 'a.ts': block('one'), 'b.ts': block('two') });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ confidence: 'medium', message: expect.stringContaining('with variables renamed') as string });
    expect(search({ 'a.ts': shared, 'b.ts': shared })).toHaveLength(1);
  });

  it('is not what differs, nor comments, imports, or what is short', () => {
    expect(search({ 'a.ts': block('one'), 'b.ts': block('two').replaceAll('source', 'this') })).toEqual([]);
    const comment = '// the same comment on many lines\n'.repeat(40);
    expect(search({ 'a.ts': `${comment}a();`, 'b.ts': `${comment}b();` })).toEqual([]);
    const imports = Array.from({ length: 30 }, (_, at) => `import { a${at} } from './${at}.js';\n`).join('');
    expect(search({ 'a.ts': `${imports}a();`, 'b.ts': `${imports}b();` })).toEqual([]);
    const line = `call(${Array.from({ length: 40 }, (_, at) => at).join(', ')});`;
    expect(search({ 'a.ts': line, 'b.ts': line })).toEqual([]);
  });

  it('does not compare Python with TypeScript', () => expect(search({ 'a.ts': shared, 'b.py': shared })).toEqual([]));

  it('counts less among tests', () => expect(search({ 'a.spec.ts': shared, 'b.ts': shared })[0]).toMatchObject({ severity: 'info' }));
});
