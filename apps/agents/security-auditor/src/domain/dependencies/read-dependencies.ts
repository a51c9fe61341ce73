import type { Dependency } from './dependency.js';
import { readPackageJson, readPackageLock, readPnpmLock, readYarnLock } from './read-npm.js';
import { readComposerLock, readGemfileLock, readGoMod, readGradleLock, readGroups, readRequirements } from './read-others.js';
import { readTomlLock } from './read-toml.js';

interface DependencyFile {
  name: RegExp;
  read: (text: string) => Dependency[];
}

/** Every file that dependencies are read from. */
const FILES: readonly DependencyFile[] = [
  { name: /^(package-lock|npm-shrinkwrap)\.json$/, read: readPackageLock },
  { name: /^yarn\.lock$/, read: readYarnLock },
  { name: /^pnpm-lock\.yaml$/, read: readPnpmLock },
  { name: /^package\.json$/, read: readPackageJson },
  { name: /^requirements[\w.-]*\.txt$/, read: readRequirements },
  { name: /^(poetry|uv|pdm)\.lock$/, read: (text) => readTomlLock(text, 'PyPI') },
  { name: /^Pipfile\.lock$/, read: (text) => readGroups(text, 'PyPI') },
  { name: /^go\.mod$/, read: readGoMod },
  { name: /^Cargo\.lock$/, read: (text) => readTomlLock(text, 'crates.io') },
  { name: /^composer\.lock$/, read: readComposerLock },
  { name: /^Gemfile\.lock$/, read: readGemfileLock },
  { name: /^gradle\.lockfile$/, read: readGradleLock },
  { name: /^packages\.lock\.json$/, read: (text) => readGroups(text, 'NuGet') },
];

const fileOf = (path: string): DependencyFile | undefined => FILES.find(({ name }) => name.test(path.slice(path.lastIndexOf('/') + 1)));

export const isDependencyFile = (path: string): boolean => fileOf(path) !== undefined;

/** The packages that a file names; undefined when it is not in the form it should have. */
export const readDependencies = (path: string, text: string): Dependency[] | undefined => {
  try {
    return fileOf(path)?.read(text);
  } catch {
    return undefined;
  }
};
