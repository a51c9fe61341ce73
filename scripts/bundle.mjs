/**
 * Bundles the command line and every service into `build/`, in the shape of the source tree (so that services are
 * discovered there in the same way), with what cannot be bundled (native parsers) copied into `build/node_modules`.
 */
import { cpSync, existsSync, globSync, mkdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { rolldown } from 'rolldown';

const root = path.resolve(import.meta.dirname, '..');
const out = path.join(root, 'build');
/** Native code, and what is loaded by name at run time. */
const external = [/^@ast-grep\//];
/** Nest asks for these and goes on without. */
const optional = [
  /^@nestjs\/(websockets|platform-|microservices\/microservices-module$)/,
  /^(@grpc|kafkajs|mqtt|nats|ioredis|amqplib|amqp-connection-manager)(\/|$)/,
  /^class-transformer\/storage$/,
];
/** Half a megabyte of tables that class-validator loads for a decorator which nobody here uses. */
const withoutPhoneNumbers = {
  name: 'without-phone-numbers',
  resolveId: (id) => (id.startsWith('libphonenumber-js') ? '\0phone-numbers' : undefined),
  load: (id) => (id === '\0phone-numbers' ? 'export const parsePhoneNumber = () => undefined;' : undefined),
};

const readJson = (file) => JSON.parse(readFileSync(file, 'utf8'));
const services = globSync('apps/{*,agents/*}/package.json', { cwd: root })
  .map((file) => ({ dir: path.dirname(file), manifest: readJson(path.join(root, file)) }))
  .filter(({ manifest }) => manifest.waggle);

const input = Object.fromEntries([
  ...services.flatMap(({ dir }) => ['index', 'main'].map((name) => [`${dir}/dist/${name}`, path.join(root, dir, 'dist', `${name}.js`)])),
  ['apps/cli/dist/main', path.join(root, 'apps/cli/dist/main.js')],
]);

/** Of a parser's package neither its sources nor its parsers for other systems: they are nine tenths of it. */
const system = `prebuild-${{ linux: 'Linux', darwin: 'macOS', win32: 'Windows' }[process.platform]}-${process.arch.toUpperCase()}`;
const isNeeded = (file) => {
  const [, part] = /@ast-grep\/lang-\w+\/(src|prebuilds\/[^/]+)/.exec(file.replaceAll('\\', '/')) ?? [];
  return part === undefined || part === `prebuilds/${system}`;
};

/** A package and what it depends on, as installed, into `build/node_modules`; packages for other platforms are not installed. */
const copyPackage = (name, from, copied) => {
  if (copied.has(name)) return;
  let directory;
  for (let at = from; ; at = path.dirname(at)) {
    directory = path.join(at, 'node_modules', name);
    if (existsSync(directory)) break;
    if (at === path.dirname(at)) return;
  }
  copied.add(name);
  cpSync(directory, path.join(out, 'node_modules', name), { recursive: true, dereference: true, filter: isNeeded });
  const { dependencies = {}, optionalDependencies = {} } = readJson(path.join(directory, 'package.json'));
  for (const next of Object.keys({ ...dependencies, ...optionalDependencies })) copyPackage(next, realpathSync(directory), copied);
};

rmSync(out, { recursive: true, force: true });
const bundle = await rolldown({
  input,
  platform: 'node',
  // it is compiled already, and the root's names tests, which are not there where an image is built
  tsconfig: false,
  plugins: [withoutPhoneNumbers],
  external: [...external, ...optional],
  onLog: (level, log, handler) =>
    level === 'warn' && ['EVAL', 'UNRESOLVED_IMPORT', 'CIRCULAR_DEPENDENCY'].includes(log.code) ? undefined : handler(level, log),
});
await bundle.write({
  dir: out,
  format: 'esm',
  entryFileNames: '[name].js',
  chunkFileNames: 'chunks/[hash].js',
  // Classes are known by their names: in messages of Nest, in schemas.
  keepNames: true,
  minify: { codegen: { removeWhitespace: true }, compress: false, mangle: false },
});
for (const { dir, manifest } of services) {
  const { name, version, waggle } = manifest;
  writeFileSync(path.join(out, dir, 'package.json'), JSON.stringify({ name, version, type: 'module', waggle }, null, 2));
}
writeFileSync(
  path.join(out, 'package.json'),
  JSON.stringify({ name: 'waggle', version: readJson(path.join(root, 'package.json')).version, type: 'module' }, null, 2),
);
writeFileSync(path.join(out, 'apps/cli/package.json'), JSON.stringify({ name: '@waggle/cli', type: 'module' }));
mkdirSync(path.join(out, 'apps/cli/bin'), { recursive: true });
cpSync(path.join(root, 'apps/cli/bin/waggle.js'), path.join(out, 'apps/cli/bin/waggle.js'));
cpSync(path.join(root, 'workflows'), path.join(out, 'workflows'), { recursive: true });
const copied = new Set();
const parsers = Object.keys(readJson(path.join(root, 'libs/analysis/package.json')).dependencies).filter((name) =>
  name.startsWith('@ast-grep/'),
);
for (const name of parsers) copyPackage(name, root, copied);
console.log(`build: ${services.length} services and the command line, ${copied.size} packages beside them`);
