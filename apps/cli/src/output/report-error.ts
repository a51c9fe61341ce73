import { codeOf, isErrorCode, ERRORS, type Problem } from '@waggle/protocol';
import type { Output } from './output.js';
import { plain } from './table.js';

interface Told {
  code: string;
  message: string;
  path?: string;
  problems?: Problem[];
  remedy: string;
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/** What was thrown as people and programs are told of it: what, where, code, and what to do. */
export const tellOf = (error: unknown): Told => {
  const code = codeOf(error) ?? 'INTERNAL';
  const { path, problems, remedy } = error as Partial<Told>;
  return {
    code,
    message: messageOf(error),
    ...(path === undefined ? {} : { path }),
    ...(problems === undefined ? {} : { problems }),
    remedy: codeOf(error) === undefined ? 'This is a bug of Waggle: please report it, with what you did.' : (remedy ?? ERRORS[code].remedy),
  };
};

/** One problem a line: where, what, code. */
export const problemLines = (problems: readonly Problem[], indent = '  '): string[] =>
  problems.map(({ code, path, message }) => `${indent}${path === undefined ? '' : `${plain(path)}: `}${plain(message)} (${code})`);

/** Of a code that is not the catalogue's an agent alone knows more. */
const ofAgent = (code: string): string =>
  `${plain(code)} is a code of the agent's own: its log says more, and the history of \`waggle flows ID\` says which agent it was.`;

/** The distinct remedies of some problems, in order. */
export const remedies = (problems: readonly Problem[]): string[] => [
  ...new Set(problems.map(({ code, remedy }) => remedy ?? (isErrorCode(code) ? ERRORS[code].remedy : ofAgent(code)))),
];

/** What lay behind it, the nearest first; what the message says already is left out. */
const causes = (error: unknown): string[] => {
  const lines: string[] = [];
  for (let cause = (error as { cause?: unknown }).cause; cause instanceof Error && lines.length < 3; { cause } = cause) {
    if (!messageOf(error).includes(cause.message)) lines.push(plain(cause.message.split('\n')[0]!));
  }
  return lines;
};

export const reportError = (output: Output, error: unknown): void => {
  const told = tellOf(error);
  if (output.json) {
    output.event({ error: told });
    return;
  }
  const { red, dim } = output.colors;
  const { problems = [] } = told;
  const several = problems.length > 1;
  const where = told.path === undefined || told.message.includes(told.path) ? '' : ` (${told.path})`;
  output.warn(`${red('error')} ${told.code}: ${told.message.split('\n').map(plain).join('\n')}${where}`);
  if (several) for (const line of problemLines(problems)) output.warn(line);
  for (const line of causes(error)) output.warn(dim(`  because: ${line}`));
  output.warn(dim(`  ${told.remedy}`));
  const stack = codeOf(error) === undefined && error instanceof Error ? error.stack : undefined;
  if (stack !== undefined) output.warn(dim(stack));
};
