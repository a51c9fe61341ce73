import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** A function of `branches` decisions: above the threshold of 15 it is a finding. */
const branching = (name: string, branches: number): string =>
  [
    `export function ${name}(order: Record<string, number>): number {`,
    '  let total = 0;',
    ...Array.from({ length: branches }, (_, i) => `  if (order.field${i} > ${i}) total += ${i} * order.field${i};`),
    '  return total;',
    '}',
  ].join('\n');

const pricing = (i: number): string =>
  [`// TODO: split this module, case ${i}`, branching(`price${i}`, 6 + (i % 14)), '', branching(`discount${i}`, 3), ''].join('\n');

const shell = (i: number): string =>
  [
    "import { exec } from 'node:child_process';",
    '',
    `export const archive${i} = (folder: string): void => {`,
    '  exec(`tar czf backup.tgz ${folder}`);',
    '};',
    `export const compute${i} = (formula: string): unknown => eval(formula);`,
    '',
  ].join('\n');

const loader = (i: number): string =>
  [
    'import pickle',
    'import subprocess',
    '',
    '',
    `def load_${i}(blob, name):`,
    '    # FIXME: trust boundary',
    '    subprocess.run("cat " + name, shell=True)',
    '    return pickle.loads(blob)',
    '',
  ].join('\n');

/**
 * A small repository with debt and dangerous calls in it, the same at every call: `files` source files of three
 * kinds, and one each of what an audit must name rather than read (binary, not UTF-8, larger than the limit).
 */
export const writeSampleRepository = async (folder: string, files = 60): Promise<void> => {
  const kinds = [pricing, shell, loader];
  for (let i = 0; i < files; i++) {
    const kind = i % 5 === 3 ? 1 : i % 5 === 4 ? 2 : 0;
    const name = path.join(folder, ['src', 'scripts', 'jobs'][kind]!, `module-${String(i).padStart(3, '0')}.${kind === 2 ? 'py' : 'ts'}`);
    await mkdir(path.dirname(name), { recursive: true });
    await writeFile(name, kinds[kind]!(i));
  }
  await writeFile(path.join(folder, 'logo.bin'), Buffer.from([0x89, 0x50, 0, 1, 2, 3, 0, 0, 255, 254]));
  await writeFile(
    path.join(folder, 'latin1.ts'),
    Buffer.concat([Buffer.from('export const name = "'), Buffer.from([0xe9, 0xe8]), Buffer.from('";\n')]),
  );
  await writeFile(path.join(folder, 'generated.ts'), `export const data = "${'x'.repeat(2 * 1024 * 1024)}";\n`);
};
