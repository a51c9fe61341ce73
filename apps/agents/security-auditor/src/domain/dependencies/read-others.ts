import type { Dependency, Ecosystem, Risk } from './dependency.js';
import { isRecord, lineIndex, textOf } from './lines.js';
import { sourceRisks } from './sources.js';

/** `requirements*.txt` of pip. */
export const readRequirements = (text: string): Dependency[] =>
  text.split('\n').flatMap((raw, at): Dependency[] => {
    const line = raw.replace(/\s#.*$|^#.*$/, '').trim();
    if (line === '' || line.startsWith('-')) return [];
    const place = { ecosystem: 'PyPI' as const, line: at + 1 };
    const direct = /^([\w.-]+)\s*(?:\[[^\]]*\])?\s*@\s*(\S+)|^(?:git\+)\S*#egg=([\w.-]+)/.exec(line);
    if (direct !== null) return [{ ...place, name: direct[1] ?? direct[3]!, risks: sourceRisks(direct[2] ?? line) }];
    const [, name, , exact] = /^([\w.-]+)\s*(\[[^\]]*\])?\s*(?:===?\s*([\w.!+-]+))?/.exec(line) ?? [];
    if (name === undefined) return [];
    if (exact !== undefined) return [{ ...place, name, version: exact, risks: [] }];
    return [{ ...place, name, risks: [{ kind: 'unpinned', what: line.slice(name.length).trim().slice(0, 60) || '(any)' }] }];
  });

/** `go.mod`: what it requires, and what it replaces by something else. */
export const readGoMod = (text: string): Dependency[] => {
  let block = '';
  return text.split('\n').flatMap((raw, at): Dependency[] => {
    const line = raw.replace(/\/\/.*$/, '').trim();
    const open = /^(require|replace|exclude|retract)\s*\($/.exec(line)?.[1];
    if (open !== undefined) block = open;
    if (line === ')') block = '';
    const [, word = block, rest = ''] = /^(?:(require|replace)\s+)?(.*)$/.exec(line) ?? [];
    const place = { ecosystem: 'Go' as const, line: at + 1 };
    if (word === 'require') {
      const [, name, version] = /^(\S+)\s+v(\S+)/.exec(rest) ?? [];
      return name === undefined ? [] : [{ ...place, name, version: version!.replace(/\+incompatible$/, ''), risks: [] }];
    }
    const [, name, by] = word === 'replace' ? (/^(\S+)(?:\s+v\S+)?\s+=>\s+(\S+)/.exec(rest) ?? []) : [];
    return name === undefined || /^\.{0,2}\//.test(by!) ? [] : [{ ...place, name, risks: [{ kind: 'not-registry', what: by! }] }];
  });
};

/** `Gemfile.lock`. */
export const readGemfileLock = (text: string): Dependency[] => {
  let section = '';
  return text.split('\n').flatMap((line, at): Dependency[] => {
    if (/^[A-Z]/.test(line)) section = line.trim();
    const [, name, version] = /^ {4}([\w.-]+) \(([\w.]+)(?:-[\w-]+)?\)$/.exec(line) ?? [];
    if (name === undefined) return [];
    const risks: Risk[] = section === 'GIT' ? [{ kind: 'not-registry', what: 'git' }] : [];
    return [{ ecosystem: 'RubyGems', name, version: version!, line: at + 1, risks }];
  });
};

/** `composer.lock`. */
export const readComposerLock = (text: string): Dependency[] => {
  const lock = JSON.parse(text) as unknown;
  const lines = lineIndex(text, /^\s*"name": "([^"]+)"/);
  return ['packages', 'packages-dev'].flatMap((field) => {
    const list = isRecord(lock) ? lock[field] : undefined;
    return (Array.isArray(list) ? (list as unknown[]) : []).filter(isRecord).flatMap((entry): Dependency[] => {
      const [name, version] = [textOf(entry['name']), textOf(entry['version'])];
      if (name === undefined || version === undefined) return [];
      const abandoned = entry['abandoned'];
      const risks: Risk[] = abandoned === undefined || abandoned === false ? [] : [{ kind: 'deprecated', what: 'abandoned' }];
      return [{ ecosystem: 'Packagist', name, version: version.replace(/^v/, ''), line: lines.get(name) ?? 1, risks }];
    });
  });
};

/** `Pipfile.lock`, and `packages.lock.json` of NuGet: groups of packages by name. */
export const readGroups = (text: string, ecosystem: Ecosystem): Dependency[] => {
  const lock = JSON.parse(text) as unknown;
  const lines = lineIndex(text, /^\s*"([^"]+)": \{/);
  const groups = isRecord(lock) ? (isRecord(lock['dependencies']) ? lock['dependencies'] : lock) : {};
  return Object.values(groups)
    .filter(isRecord)
    .flatMap((group) =>
      Object.entries(group).flatMap(([name, entry]): Dependency[] => {
        const version = isRecord(entry) ? (textOf(entry['version']) ?? textOf(entry['resolved'])) : undefined;
        return version === undefined
          ? []
          : [{ ecosystem, name, version: version.replace(/^==/, ''), line: lines.get(name) ?? 1, risks: [] }];
      }),
    );
};

/** `gradle.lockfile`. */
export const readGradleLock = (text: string): Dependency[] =>
  text.split('\n').flatMap((line, at): Dependency[] => {
    const [, name, version] = /^([\w.-]+:[\w.-]+):([\w.+-]+)=/.exec(line) ?? [];
    return name === undefined ? [] : [{ ecosystem: 'Maven', name, version: version!, line: at + 1, risks: [] }];
  });
