import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** The list of decisions: number and title of each `NNNN-name.md`. Throws where a file's first line is not `# N. Title` with its own number. */
export const adrIndex = (folder) => {
  const entries = readdirSync(folder)
    .filter((name) => /^\d{4}-.*\.md$/.test(name))
    .sort()
    .map((name) => {
      const [, number, title] = /^# (\d+)\. (.+)$/.exec(readFileSync(path.join(folder, name), 'utf8').split('\n', 1)[0]) ?? [];
      if (Number(number) !== Number(name.slice(0, 4)))
        throw new Error(`docs/adr/${name}: its first line must be "# ${Number(name.slice(0, 4))}. Title"`);
      return `- [${number}. ${title}](${name})`;
    });
  return `# Decisions\n\nWhy things are as they are; one page each. Generated from their titles by \`npm run generate\`.\n\n${entries.join('\n')}\n`;
};
