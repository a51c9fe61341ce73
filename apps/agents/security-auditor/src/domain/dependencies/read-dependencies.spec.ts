import { compareVersions } from './versions.js';
import { readDependencies } from './read-dependencies.js';

const told = (path: string, text: string): string[] =>
  readDependencies(path, text)!.map(
    ({ ecosystem, name, version, line, risks }) =>
      `${line} ${ecosystem} ${name} ${version ?? '-'}${risks.map((risk) => ` ${risk.kind}`).join('')}`,
  );

describe('dependencies', () => {
  it.each<[string, string, string[]]>([
    [
      'package-lock.json',
      JSON.stringify(
        {
          lockfileVersion: 3,
          packages: {
            '': { name: 'x' },
            'libs/a': { version: '1.0.0' },
            'node_modules/a': { link: true },
            'node_modules/@s/b': { version: '2.0.0', resolved: 'https://r/b.tgz', integrity: 'sha512-x', hasInstallScript: true },
            'node_modules/c/node_modules/d': { version: '1.2.3', resolved: 'git+ssh://git@example.org/d.git#abc', deprecated: 'old' },
            'node_modules/e': { version: '1.0.0', resolved: 'http://r/e.tgz' },
          },
        },
        undefined,
        2,
      ),
      ['13 npm @s/b 2.0.0 install-script', '19 npm d 1.2.3 not-registry deprecated', '24 npm e 1.0.0 unencrypted no-integrity'],
    ],
    [
      'package-lock.json',
      '{"lockfileVersion":1,"dependencies":{"a":{"version":"1.0.0","dependencies":{"b":{"version":"2.0.0"}}}}}',
      ['1 npm a 1.0.0', '1 npm b 2.0.0'],
    ],
    [
      'web/yarn.lock',
      '# yarn lockfile v1\n\n"@s/a@^1.0.0", "@s/a@^1.1.0":\n  version "1.2.0"\n  resolved "https://r/a.tgz"\n\nb@~2:\n  version "2.0.1"\n  resolved "git+https://example.org/b.git"\n',
      ['3 npm @s/a 1.2.0', '7 npm b 2.0.1 not-registry'],
    ],
    [
      'yarn.lock',
      '"a@npm:^1.0.0":\n  version: 1.2.0\n  resolution: "a@npm:1.2.0"\n"w@workspace:.":\n  version: 0.0.0-use.local\n',
      ['1 npm a 1.2.0'],
    ],
    [
      'pnpm-lock.yaml',
      "lockfileVersion: '9.0'\npackages:\n  '@s/a@1.0.0':\n    resolution: {}\n  b@2.0.0(c@1.0.0):\n    deprecated: gone\n",
      ['3 npm @s/a 1.0.0', '5 npm b 2.0.0 deprecated'],
    ],
    [
      'package.json',
      '{\n "dependencies": {\n  "a": "*",\n  "b": "^1.0.0",\n  "c": "github:x/y"\n }\n}',
      ['3 npm a - unpinned', '5 npm c - not-registry'],
    ],
    [
      'requirements-dev.txt',
      '# c\nFlask==2.0.1 ; python_version > "3"\nrequests[security]>=2\n-r other.txt\ndjango\nx @ git+https://example.org/x.git\n',
      ['2 PyPI Flask 2.0.1', '3 PyPI requests - unpinned', '5 PyPI django - unpinned', '6 PyPI x - not-registry'],
    ],
    [
      'poetry.lock',
      '[[package]]\nname = "flask"\nversion = "2.0.1"\n\n[package.dependencies]\nname = "no"\n\n[[package]]\nname = "x"\nversion = "1"\n[package.source]\ntype = "git"\nurl = "https://example.org/x.git"\n',
      ['2 PyPI flask 2.0.1', '9 PyPI x 1 not-registry'],
    ],
    [
      'Cargo.lock',
      '[[package]]\nname = "mine"\nversion = "0.1.0"\n\n[[package]]\nname = "serde"\nversion = "1.0.1"\nsource = "registry+https://github.com/rust-lang/crates.io-index"\n',
      ['6 crates.io serde 1.0.1'],
    ],
    [
      'go.mod',
      'module a\n\nrequire (\n\texample.org/b v1.2.3 // indirect\n)\nrequire example.org/c v2.0.0+incompatible\nreplace example.org/b => example.org/fork v1.0.0\nreplace example.org/c => ../c\n',
      ['4 Go example.org/b 1.2.3', '6 Go example.org/c 2.0.0', '7 Go example.org/b - not-registry'],
    ],
    [
      'Gemfile.lock',
      'GIT\n  remote: x\n  specs:\n    a (1.0)\nGEM\n  specs:\n    nokogiri (1.10.0-x86_64-linux)\n      mini (~> 2)\n',
      ['4 RubyGems a 1.0 not-registry', '7 RubyGems nokogiri 1.10.0'],
    ],
    [
      'composer.lock',
      '{\n"packages": [{\n"name": "a/b",\n"version": "v1.0.0", "abandoned": true}]}',
      ['1 Packagist a/b 1.0.0 deprecated'].map((line) => line.replace('1 P', '3 P')),
    ],
    ['Pipfile.lock', '{\n"default": {\n"flask": {\n"version": "==2.0.1"}}}', ['3 PyPI flask 2.0.1']],
    ['gradle.lockfile', '# c\norg.a:b:1.2=runtimeClasspath\nempty=\n', ['2 Maven org.a:b 1.2']],
  ])('are read from %s', (path, text, expected) => expect(told(path, text)).toEqual(expected));

  it('are undefined where a file is not in its form, or no list of them', () => {
    expect(readDependencies('package-lock.json', '{')).toBeUndefined();
    expect(readDependencies('a.ts', '')).toBeUndefined();
    expect(readDependencies('package-lock.json', '[]')).toEqual([]);
  });

  it('show no sign-in of an address', () =>
    expect(
      JSON.stringify(readDependencies('package.json', '{"dependencies":{"a":"git+https://user:pw1@example.org/a.git"}}')),
    ).not.toContain('pw1'));
});

describe('versions', () => {
  it.each([
    ['1.0.0', '1.0.1'],
    ['1.9.0', '1.10.0'],
    ['1.0.0-rc.1', '1.0.0'],
    ['1.0.0-alpha', '1.0.0-beta'],
    ['1.0.0-rc.2', '1.0.0-rc.10'],
    ['2.0b1', '2.0'],
    ['2.0', '2.0.post1'],
    ['1.0', '1.0.1'],
    ['v0.0.1', '0.1.0'],
  ])('%s comes before %s', (a, b) => {
    expect(compareVersions(a, b)).toBeLessThan(0);
    expect(compareVersions(b, a)).toBeGreaterThan(0);
  });
  it.each([
    ['1.0', '1.0.0'],
    ['1.0.0+a', '1.0.0+b'],
    ['v1.2', '1.2'],
  ])('%s is %s', (a, b) => expect(compareVersions(a, b)).toBe(0));
});
