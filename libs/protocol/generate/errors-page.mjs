import { cell } from './markdown.mjs';

/** The catalogue as a table. */
export const errorsPage = ({ ERRORS }) => {
  const rows = Object.entries(ERRORS).map(
    ([code, { summary, retryable, remedy }]) => `| \`${code}\` | ${cell(summary)} | ${retryable ? 'yes' : 'no'} | ${cell(remedy)} |`,
  );
  const page = `# Errors

Made from \`libs/protocol/src/errors.ts\` by \`npm run generate\`; do not edit.

A code is for ever: it is never reused and never means something else. Code and "try again" are the contract, texts
are not: test the code. \`waggle explain CODE\` prints an entry. Agents may fail with codes of their own, which are not
listed here and count as "no" unless the failure itself says otherwise.

| code | what happened | try again | what to do |
| --- | --- | --- | --- |
${rows.join('\n')}
`;
  return ['docs/errors.md', page];
};
