import { availableParallelism } from 'node:os';

/** Jest over TypeScript sources: swc transforms everything, ESM dependencies included, to CommonJS (docs/adr). */
const target = {
  target: 'es2023',
  transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
  keepClassNames: true,
};
const typescript = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: { ...target, parser: { syntax: 'typescript', decorators: true } },
  module: { type: 'commonjs' },
};
const javascript = {
  swcrc: false,
  sourceMaps: 'inline',
  jsc: { target: 'es2023', parser: { syntax: 'ecmascript' } },
  module: { type: 'commonjs' },
};
const esmOnly = [
  '@nestjs',
  '@waggle',
  'file-type',
  'strtok3',
  'token-types',
  'uint8array-extras',
  '@tokenizer',
  '@borewit',
  'uuid',
  'lru-cache',
  'p-limit',
  'yocto-queue',
  '@marcbachmann',
  'isbinaryfile',
  '@secretlint',
  'chalk',
  'listr2',
];

export default {
  testEnvironment: 'node',
  roots: ['<rootDir>/libs', '<rootDir>/apps', '<rootDir>/test', '<rootDir>/examples'],
  testMatch: ['**/*.spec.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest', typescript], '^.+\\.m?js$': ['@swc/jest', javascript] },
  transformIgnorePatterns: [`/node_modules/(?!(${esmOnly.join('|')})/)`],
  testEnvironmentOptions: { customExportConditions: ['@waggle/source', 'node', 'node-addons'] },
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/', '/.waggle/'],
  // a bound for what hangs; specs wait for the thing, and a busy machine takes its time
  testTimeout: 30_000,
  // never in Jest's own process: a spec that leaves something running must not keep the run from ending
  maxWorkers: Math.max(2, availableParallelism()),
  workerIdleMemoryLimit: '1GB',
  coverageProvider: 'v8',
};
